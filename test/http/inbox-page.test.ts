// The development inbox in a real browser: what arrives is at the top at once, and its code can be copied.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Inbox, InboxMessage } from '../../src/delivery/ports.ts'
import { hasBrowser, openBrowser, visit } from '../console/browser.ts'
import { PATIENCE_MS } from '../long.ts'
import { type Double, startDouble } from './double.ts'

function messageOf(id: string, code: string): InboxMessage {
  return {
    id,
    verification_id: `vrf_${id}`,
    to: 'ann@example.com',
    channel: 'email',
    code,
    subject: `Your code is ${code}`,
    text: `Your code is ${code}.`,
    html: `<p>${code}</p>`,
    link: null,
    at: '2026-11-23T18:00:00.000Z',
  }
}

const messages: InboxMessage[] = []
const listeners = new Set<(message: InboxMessage) => void>()
const inbox: Inbox = {
  list: () => messages,
  subscribe(listener) {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  },
}

let double: Double
beforeAll(async () => {
  double = await startDouble({ inbox })
})
afterAll(() => double.close())

describe.skipIf(!hasBrowser)('the inbox in a browser', () => {
  it('shows a new message once, above the others, and its code can be copied', async () => {
    messages.push(messageOf('att_1', '048213'))
    const browser = await openBrowser()
    await visit(browser, {}, async (page) => {
      await page.goto(`${double.server.url}/dev/inbox`)
      await page.getByText('Live', { exact: true }).waitFor()
      const next = messageOf('att_2', '771302')
      messages.unshift(next)
      for (const listener of [...listeners, ...listeners]) listener(next)
      const codes = page.locator('#messages [data-part=code]')
      await expect
        .poll(() => codes.allTextContents(), { timeout: PATIENCE_MS })
        .toEqual(['771302', '048213'])
      expect(await page.locator('#announce').textContent()).toBe(
        'New message for ann@example.com, code 7 7 1 3 0 2',
      )
      const subjects = page.locator('#messages [data-part=subject]')
      expect(await subjects.allTextContents()).toEqual([
        'Your code is 771302',
        'Your code is 048213',
      ])
      await page.getByRole('button', { name: 'Copy the code 771302' }).click()
      await expect
        .poll(() => page.locator('#announce').textContent(), { timeout: PATIENCE_MS })
        .toMatch(/^(?:Copied|Selected)$/)
    })
    await browser.close()
  })
})
