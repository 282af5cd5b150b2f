// C88: a code that is typed, pasted, filled in or read from an SMS, on a login's page with a strict policy.

import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { gravest, keepPicture } from '../../../test/console/browser.ts'
import { paste, reportedIn } from './page.ts'
import {
  alert,
  autofill,
  button,
  field,
  inForm,
  looking,
  onPage,
  type Stage,
  status,
  tagOf,
} from './stage.ts'

async function realPaste(page: Page, text: string): Promise<void> {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`)
  await field(page).focus()
  await page.keyboard.press('Control+V')
}

export function describeEntering(stage: Stage): void {
  describe('the element, entering a code', () => {
    it('C88: a pasted message is cut to its code, which is checked once and lets the form go with the one-use code', async () => {
      const one = stage.door.add()
      await onPage(stage, inForm(tagOf(stage, one, 'approval="approval"')), async (page) => {
        await status(page).getByText('Your code is being sent to +141•••71.').waitFor()
        await realPaste(page, 'Your code is 123 456. It expires in 10 minutes.')
        await page.waitForURL(`${stage.app.url}/in`)
      })
      expect(one.asked).toEqual(['check 123456'])
      expect(stage.app.submitted.at(-1)).toEqual({ approval: 'apc_once' })
    })

    it('C88: autofill that fires twice is one check, and one report', async () => {
      const one = stage.door.add()
      await onPage(stage, tagOf(stage, one), async (page) => {
        await status(page).getByText('is being sent').waitFor()
        await autofill(page, '123456')
        await expect.poll(() => reportedIn(page)).toContainEqual(['approved', 'apc_once'])
        await autofill(page, '123456')
        expect(await reportedIn(page)).toEqual([
          ['code', '123456'],
          ['approved', 'apc_once'],
        ])
        expect(await status(page).textContent()).toBe('The code was right.')
      })
      expect(one.asked).toEqual(['check 123456'])
    })

    it('C88: a wrong code is said, selected and not charged twice; the last one ends it', async () => {
      const one = stage.door.add()
      await onPage(stage, tagOf(stage, one), async (page) => {
        await status(page).getByText('is being sent').waitFor()
        await autofill(page, '١١١١١١')
        await alert(page)
          .getByText('That is not the code. Check it and try again. Attempts left: 2')
          .waitFor()
        expect(await field(page).getAttribute('aria-invalid')).toBe('true')
        expect(await gravest(page)).toEqual([])
        await keepPicture(page, 'element-wrong')
        await field(page).focus()
        await page.keyboard.type('111111')
        await page.keyboard.press('Enter')
        await field(page).selectText()
        await page.keyboard.type('222222')
        await alert(page).getByText('Attempts left: 1').waitFor()
        await page.keyboard.type('333333')
        await alert(page).getByText('No attempts are left. Start again where you began.').waitFor()
        expect(await field(page).getAttribute('readonly')).not.toBeNull()
        expect((await reportedIn(page)).at(-1)).toEqual(['ended', 'failed'])
        expect(await gravest(page)).toEqual([])
      })
      expect(one.asked).toEqual(['check 111111', 'check 222222', 'check 333333'])
    })

    it('C88: more digits than a code has are not checked unasked', async () => {
      const one = stage.door.add()
      await onPage(stage, tagOf(stage, one), async (page) => {
        await status(page).getByText('is being sent').waitFor()
        await paste(page, '+1 (415) 555-2671 23')
        expect(await field(page).inputValue()).toBe('141555')
        expect(one.asked).toEqual([])
        await page.keyboard.press('Enter')
        await alert(page).getByText('That is not the code').waitFor()
      })
      expect(one.asked).toEqual(['check 141555'])
    })

    it('C88: by keyboard alone: each stop is seen, and a code too short is said', async () => {
      const one = stage.door.add({ actions: ['check', 'resend'] })
      await onPage(stage, tagOf(stage, one), async (page) => {
        await button(page, 'Send the code again').waitFor()
        const isSeen = () =>
          page.evaluate(
            "[document.activeElement, document.activeElement.parentElement].some((one) => { const { outlineStyle, outlineWidth } = getComputedStyle(one); return outlineStyle !== 'none' && outlineWidth !== '0px' })",
          )
        await page.keyboard.press('Tab')
        expect(await page.evaluate('document.activeElement.className')).toBe('cs-input')
        expect(await isSeen()).toBe(true)
        await page.keyboard.type('12')
        await page.keyboard.press('Enter')
        await alert(page).getByText('The code has 6 digits.').waitFor()
        await page.keyboard.press('Tab')
        expect(await isSeen()).toBe(true)
        await page.keyboard.press('Enter')
        await status(page).getByText('The same code was sent again.').waitFor()
        // It waits, and keeps the focus.
        await button(page, /^Send the code again · possible in 0:[34]\d$/).waitFor()
        expect(await page.evaluate('document.activeElement.dataset.part')).toBe('resend')
        await page.keyboard.press('Enter')
        // A field that is reached by Tab is selected.
        await page.keyboard.press('Shift+Tab')
        await page.keyboard.type('123456')
        await expect.poll(() => reportedIn(page)).toContainEqual(['approved', 'apc_once'])
      })
      expect(one.asked).toEqual(['resend', 'check 123456'])
    })

    it('C88: with a name it is a field of the form, and never checks', async () => {
      const one = stage.door.add()
      await onPage(stage, inForm(tagOf(stage, one, 'name="code" autosubmit')), async (page) => {
        await status(page).getByText('is being sent').waitFor()
        await paste(page, '１２３４５６')
        await page.waitForURL(`${stage.app.url}/in`)
      })
      expect(stage.app.submitted.at(-1)).toEqual({ code: '123456' })
      expect(one.asked).toEqual([])
    })

    it('C88: a field that the page wrote is taken over, with what was typed into it', async () => {
      const own =
        '<countersign-code><label>Your code <input name="otp" maxlength="6" value="12"></label></countersign-code>'
      await onPage(stage, inForm(own), async (page) => {
        await page.locator('.countersign').waitFor()
        expect(await field(page).getAttribute('maxlength')).toBeNull()
        await field(page).focus()
        await page.keyboard.press('End')
        await page.keyboard.type('3456')
        expect(await reportedIn(page)).toEqual([['code', '123456']])
        expect(await gravest(page)).toEqual([])
        await page.keyboard.press('Enter')
        await page.waitForURL(`${stage.app.url}/in`)
      })
      expect(stage.app.submitted.at(-1)).toEqual({ otp: '123456' })
    })
  })

  /** Chromium on a desk has no SMS: the browser's part is played, with its signal. */
  const PLAYED_OTP = `
globalThis.OTPCredential = class {}
globalThis.otp = []
navigator.credentials.get = ({ otp, signal }) => new Promise((resolve, reject) => {
  const one = { transport: otp.transport.join(), state: 'waiting', arrive: (code) => resolve({ code }) }
  globalThis.otp.push(one)
  signal.addEventListener('abort', () => { one.state = 'aborted'; reject(signal.reason) })
})
`
  const otpStates = (page: Page) => page.evaluate('otp.map((one) => one.state)')

  describe('the element and WebOTP', () => {
    const within = (body: string, run: (page: Page) => Promise<void>) =>
      looking(stage, {}, async (page) => {
        await page.addInitScript(PLAYED_OTP)
        await page.goto(stage.app.add(body))
        await run(page)
      })

    it('C88: a code that the browser read from the SMS is entered and checked', async () => {
      const one = stage.door.add()
      await within(tagOf(stage, one), async (page) => {
        await status(page).getByText('is being sent').waitFor()
        expect(await page.evaluate('otp[0].transport')).toBe('sms')
        await page.evaluate("otp[0].arrive('123456')")
        await expect.poll(() => reportedIn(page)).toContainEqual(['approved', 'apc_once'])
        expect(await otpStates(page)).toEqual(['aborted'])
      })
      expect(one.asked).toEqual(['check 123456'])
    })

    it('C88: waiting ends with a submitted form, another element, and the element’s removal', async () => {
      const [one, two] = [stage.door.add(), stage.door.add()]
      await within(
        `${inForm(tagOf(stage, one, 'name="code"'))}<p id="place"></p>`,
        async (page) => {
          await status(page).getByText('is being sent').waitFor()
          expect(await otpStates(page)).toEqual(['waiting'])
          await page.evaluate(
            `(() => { const made = document.createElement('countersign-code'); made.token = '${two.token}'; made.url = '${stage.door.url}'; place.append(made) })()`,
          )
          expect(await otpStates(page)).toEqual(['aborted', 'waiting'])
          await page.evaluate('place.firstChild.remove()')
          expect(await otpStates(page)).toEqual(['aborted', 'aborted'])
          await page.evaluate(
            "(() => { document.querySelector('countersign-code').remove(); document.querySelector('form').innerHTML })()",
          )
        },
      )
      const three = stage.door.add()
      await within(inForm(tagOf(stage, three, 'name="code"')), async (page) => {
        await status(page).getByText('is being sent').waitFor()
        await page.evaluate(
          "(() => { const form = document.querySelector('form'); form.addEventListener('submit', (event) => event.preventDefault()); form.requestSubmit() })()",
        )
        expect(await otpStates(page)).toEqual(['aborted'])
      })
    })
  })
}
