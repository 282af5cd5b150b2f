// C88: the element follows its verification: what became of the message, resends, ends, and bad networks.

import { describe, expect, it } from 'vitest'
import { gravest, keepPicture } from '../../../test/console/browser.ts'
import { reportedIn } from './page.ts'
import { alert, autofill, button, looking, onPage, type Stage, status, tagOf } from './stage.ts'

export function describeFollowing(stage: Stage): void {
  describe('the element, following its verification', () => {
    it('C88: shows what became of the message, and the next channel', async () => {
      const one = stage.door.add({ actions: ['check', 'next'] })
      await onPage(stage, tagOf(stage, one), async (page) => {
        await status(page).getByText('is being sent').waitFor()
        const at = new Date(Date.now() - 4000).toISOString()
        one.show({ message: { state: 'delivered', text: '', reason: null, at } })
        await status(page).getByText('Your code has arrived at +141•••71.').waitFor()
        await page.getByText(/^\d sec\. ago$/).waitFor()
        const step = { channel: 'voice', at: new Date(Date.now() + 40_000).toISOString() }
        const message = {
          state: 'failed',
          text: 'This number is a landline.',
          reason: 'landline',
          at: null,
        }
        one.show({ message, next_step: step })
        await status(page).getByText('This number is a landline').waitFor()
        expect(await gravest(page)).toEqual([])
        await keepPicture(page, 'element-next')
        await button(page, 'Send it another way: phone call').click()
        await expect.poll(() => one.asked).toEqual(['next'])
        one.show({ status: 'expired', actions: [] })
        await alert(page).getByText('The code has expired. Start again where you began.').waitFor()
        await expect.poll(() => one.streams.size).toBe(0)
        expect((await reportedIn(page)).at(-1)).toEqual(['ended', 'expired'])
      })
    })

    it('C88: the countdown to a resend is by the service’s clock, and ends without another answer', async () => {
      // A phone whose clock is an hour off.
      const off = (seconds: number) =>
        new Date(Date.now() + 3_600_000 + seconds * 1000).toISOString()
      const one = stage.door.add({
        ...{ expires_at: off(600), resend_at: off(2), resend_in_seconds: 2 },
      })
      await onPage(stage, tagOf(stage, one), async (page) => {
        await button(page, /^Send the code again · possible in 0:0[12]$/).waitFor()
        await button(page, /^Send the code again$/).waitFor()
        await button(page, 'Send the code again').click()
        await expect.poll(() => one.asked).toEqual(['resend'])
      })
    })

    it('C88: a stream that breaks or is refused is opened again, and the view is asked for meanwhile', async () => {
      const one = stage.door.add()
      await onPage(stage, tagOf(stage, one), async (page) => {
        await expect.poll(() => one.streams.size).toBe(1)
        one.isFull = true
        one.view = { ...one.view, message: { state: 'sent', text: '', reason: null, at: null } }
        for (const stream of one.streams) stream.destroy()
        await status(page).getByText('Your code was sent to +141•••71.').waitFor()
        await page.context().setOffline(true)
        await status(page).getByText('No connection.').waitFor()
        one.isFull = false
        await page.context().setOffline(false)
        await expect.poll(() => one.streams.size).toBe(1)
        await status(page).getByText('Your code was sent to +141•••71.').waitFor()
      })
    })

    it('C88: a hidden page holds no stream', async () => {
      const one = stage.door.add()
      await onPage(stage, tagOf(stage, one), async (page) => {
        await expect.poll(() => one.streams.size).toBe(1)
        const hide = (hidden: boolean) =>
          page.evaluate(
            `(() => { Object.defineProperty(document, 'hidden', { value: ${hidden}, configurable: true }); document.dispatchEvent(new Event('visibilitychange')) })()`,
          )
        await hide(true)
        await expect.poll(() => one.streams.size).toBe(0)
        await hide(false)
        await expect.poll(() => one.streams.size).toBe(1)
      })
    })

    it('C88: a token that is unknown, another browser’s, or of an ended verification', async () => {
      const [one, taken] = [stage.door.add({ status: 'canceled', actions: [] }), stage.door.add()]
      taken.browser = 'another'
      const unknown = { ...one, token: `vt_${'z'.repeat(50)}` }
      await onPage(
        stage,
        tagOf(stage, one) + tagOf(stage, taken) + tagOf(stage, unknown),
        async (page) => {
          const ends = async () => (await reportedIn(page)).filter(([name]) => name === 'ended')
          await expect.poll(async () => (await ends()).length).toBe(3)
          expect((await ends()).map(([, what]) => what).toSorted()).toEqual([
            ...['canceled', 'taken', 'unknown'],
          ])
          expect(await page.getByRole('alert').allTextContents()).toEqual([
            'This request was canceled. Start again where you began.',
            'This page is already open in another browser. Start again where you began.',
            'The code has expired. Start again where you began.',
          ])
          await keepPicture(page, 'element-ended')
        },
      )
    })

    it('C88: a reload and a second tab are the same browser', async () => {
      const one = stage.door.add()
      await looking(stage, {}, async (page) => {
        const url = stage.app.add(tagOf(stage, one))
        await page.goto(url)
        await status(page).getByText('is being sent').waitFor()
        await page.reload()
        await status(page).getByText('is being sent').waitFor()
        const second = await page.context().newPage()
        await second.goto(url)
        await status(second).getByText('is being sent').waitFor()
      })
    })
  })

  describe('the element, when the network is bad', () => {
    it('C88: on a slow network a code that was entered early is checked once the view is there', async () => {
      const one = stage.door.add()
      await onPage(stage, '<p>later</p>', async (page) => {
        await page.evaluate("customElements.whenDefined('countersign-code').then(() => {})")
        const session = await page.context().newCDPSession(page)
        await session.send('Network.emulateNetworkConditions', {
          ...{ offline: false, latency: 400, downloadThroughput: 6000, uploadThroughput: 6000 },
        })
        await page.evaluate(
          `document.querySelector('main').append(Object.assign(document.createElement('countersign-code'), { url: '${stage.door.url}', token: '${one.token}' }))`,
        )
        await autofill(page, '123456')
        expect(one.asked).toEqual([])
        await expect.poll(() => reportedIn(page)).toContainEqual(['approved', 'apc_once'])
      })
      expect(one.asked).toEqual(['check 123456'])
    })

    it('C88: removed while a check runs, it reports nothing and leaves nothing behind', async () => {
      const one = stage.door.add()
      one.next = 'hang'
      await onPage(stage, tagOf(stage, one), async (page) => {
        await status(page).getByText('is being sent').waitFor()
        await autofill(page, '123456')
        await expect.poll(() => one.asked).toEqual(['check 123456'])
        await page.evaluate(
          "globalThis.removed = document.querySelector('countersign-code'); removed.addEventListener('countersign:error', () => reported.push(['error', 'of a removed element'])); removed.remove()",
        )
        await expect.poll(() => one.streams.size).toBe(0)
        expect(await reportedIn(page)).toEqual([['code', '123456']])
        // Put back, it starts over.
        await page.evaluate("document.querySelector('main').append(removed)")
        await expect.poll(() => reportedIn(page)).toContainEqual(['approved', 'apc_once'])
      })
    })

    it('C88: a check whose answer is lost is not charged twice: the view says what became of it', async () => {
      const [one, two] = [stage.door.add(), stage.door.add()]
      one.next = two.next = 'drop'
      await onPage(stage, tagOf(stage, one), async (page) => {
        await status(page).getByText('is being sent').waitFor()
        await autofill(page, '111111')
        await alert(page).getByText('Attempts left: 2').waitFor()
      })
      expect(one.asked).toEqual(['check 111111'])
      await onPage(stage, tagOf(stage, two), async (page) => {
        await status(page).getByText('is being sent').waitFor()
        await autofill(page, '123456')
        await expect.poll(() => reportedIn(page)).toContainEqual(['approved', 'apc_once'])
      })
      expect(two.asked).toEqual(['check 123456'])
    })

    it('C88: busy is said, and the check can be repeated when the service asked for it', async () => {
      const one = stage.door.add()
      one.next = 'busy'
      await onPage(stage, tagOf(stage, one), async (page) => {
        await status(page).getByText('is being sent').waitFor()
        await autofill(page, '123456')
        await alert(page).getByText('Wait 0:02, then try again.').waitFor()
        await button(page, /^Continue · possible in 0:0[12]$/).waitFor()
        await button(page, /^Continue$/).click()
        await expect.poll(() => reportedIn(page)).toContainEqual(['approved', 'apc_once'])
      })
      expect(one.asked).toEqual(['check 123456', 'check 123456'])
    })

    it('C88: two elements on a page know nothing of each other', async () => {
      const [one, two] = [
        stage.door.add(),
        stage.door.add({ recipient: 'a•••@example.com', channel: 'email' }),
      ]
      two.code = '654321'
      await onPage(stage, tagOf(stage, one) + tagOf(stage, two), async (page) => {
        await status(page).getByText('+141•••71').waitFor()
        await page.getByText('a•••@example.com').waitFor()
        await page.getByRole('textbox').nth(1).focus()
        await page.keyboard.type('654321')
        await expect.poll(() => reportedIn(page)).toContainEqual(['approved', 'apc_once'])
        expect(await gravest(page)).toEqual([])
      })
      expect([one.asked, two.asked]).toEqual([[], ['check 654321']])
    })
  })
}
