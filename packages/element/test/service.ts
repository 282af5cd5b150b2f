// C88: the element against the service itself: the code of a real message, the one-use code, and what it is worth.

import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Real, startReal } from '../../../test/http/real.ts'
import { reportedIn } from './page.ts'
import { alert, field, inForm, onPage, type Stage, status } from './stage.ts'

const SESSION = 'session-of-the-browser-0123456789'

export function describeService(stage: Stage): void {
  let real: Real
  let people = 0

  describe('the element and the service', () => {
    beforeAll(async () => {
      real = await startReal({ FRONT_ORIGINS: stage.app.url, PUBLIC_URL: 'http://localhost:8080' })
      stage.app.allow(real.url)
    })
    afterAll(() => real?.close())

    async function begin(more: object = {}) {
      people += 1
      const to = `person${people}@example.com`
      const { body } = await real.start({ to, session: SESSION, actions: true, ...more })
      return body as { id: string; view_token: string }
    }
    const tag = ({ view_token: token }: { view_token: string }, more: string) =>
      `<countersign-code url="${real.url}" token="${token}" ${more}></countersign-code>`
    const exchange = (approval: unknown, session: string) =>
      real.client.post('/approvals/exchange', { approval, session })

    async function pasteMessage(page: Page, id: string): Promise<void> {
      const { text } = await real.message(id)
      await field(page).focus()
      await page.keyboard.insertText(text.replaceAll('\n', ' '))
    }

    it('C88: a message is pasted whole; the form has a one-use code, which works once and with its session alone', async () => {
      const started = await begin()
      await onPage(stage, inForm(tag(started, 'approval="approval"')), async (page) => {
        await status(page).getByText('p•••@example.com').waitFor()
        const { code } = await real.message(started.id)
        await field(page).focus()
        await page.keyboard.type(`${code.slice(1)}${code[0] === '0' ? '1' : '0'}`)
        await alert(page).getByText('Attempts left: 4').waitFor()
        await field(page).selectText()
        await pasteMessage(page, started.id)
        await page.waitForURL(/\/in$/)
      })
      const { approval } = stage.app.submitted.at(-1) ?? {}
      expect(approval).toMatch(/^apc_/)
      expect((await exchange(approval, 'session-of-another-0123456789')).status).toBe(404)
      const answer = await exchange(approval, SESSION)
      expect([answer.status, answer.body.id, answer.body.status]).toEqual([
        ...[200, started.id, 'approved'],
      ])
      expect((await exchange(approval, SESSION)).status).toBe(404)
    })

    it('C88: without actions the code is the form’s, and its server checks it', async () => {
      const started = await begin({ actions: false })
      await onPage(stage, inForm(tag(started, 'name="code" autosubmit')), async (page) => {
        await status(page).getByText('p•••@example.com').waitFor()
        await pasteMessage(page, started.id)
        await page.waitForURL(/\/in$/)
      })
      const { code = '' } = stage.app.submitted.at(-1) ?? {}
      const checked = await real.client.post('/verify/check', {
        id: started.id,
        code,
        session: SESSION,
      })
      expect(checked.body).toMatchObject({ id: started.id, status: 'approved' })
    })

    it('C88: an end on the server is shown at once, and a second browser is refused', async () => {
      const started = await begin()
      await onPage(stage, tag(started, ''), async (page) => {
        await status(page).getByText('p•••@example.com').waitFor()
        await onPage(stage, tag(started, ''), async (other) => {
          await alert(other).getByText('already open in another browser').waitFor()
        })
        await real.client.post(`/verify/${started.id}/cancel`, {})
        await alert(page).getByText('This request was canceled.').waitFor()
        expect(await reportedIn(page)).toEqual([['ended', 'canceled']])
      })
    })
  })
}
