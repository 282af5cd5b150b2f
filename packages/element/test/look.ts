// C88: the element in light, dark and right to left, narrow and enlarged, with axe; pictures are kept.

import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { gravest, keepPicture, overflow } from '../../../test/console/browser.ts'
import { onPage, type Stage, status, tagOf } from './stage.ts'

export function describeLook(stage: Stage): void {
  describe('the element, looked at', () => {
    const boxesOf = (page: Page) =>
      page.evaluate(
        "[...document.querySelectorAll('.cs-box')].map((one) => { const { left, right, height } = one.getBoundingClientRect(); return { left, right, height } })",
      ) as Promise<{ left: number; right: number; height: number }[]>

    it.each([
      { name: 'light', scheme: 'light', html: 'lang="en"', says: 'was sent to' },
      { name: 'dark', scheme: 'dark', html: 'lang="de"', says: 'wurde an' },
      { name: 'right-to-left', scheme: 'light', html: 'lang="ar" dir="rtl"', says: '+141•••71' },
    ] as const)(
      'C88: at 1280, 320 px and at 200 %, with axe: $name',
      async ({ name, scheme, html, says }) => {
        const message = { state: 'sent', text: '', reason: null, at: null }
        const one = stage.door.add({ message, code_length: 8 })
        await onPage(
          stage,
          tagOf(stage, one, 'autofocus'),
          async (page) => {
            await status(page).getByText(says).waitFor()
            await page.keyboard.type('1234')
            expect(await gravest(page)).toEqual([])
            await keepPicture(page, `element-${name}`)
            for (const [width, size] of [
              [320, '100%'],
              [320, '200%'],
            ] as const) {
              await page.setViewportSize({ width, height: 640 })
              // Chromium's zoom is a narrower page; text alone grows where somebody set larger letters.
              await page.evaluate(`document.documentElement.style.fontSize = '${size}'`)
              expect([width, size, await overflow(page)]).toEqual([width, size, 0])
              const boxes = await boxesOf(page)
              expect(boxes).toHaveLength(8)
              expect(boxes.every(({ left, right }) => left >= 0 && right <= width)).toBe(true)
              expect(boxes[0]?.left).toBeLessThan(boxes[7]?.left ?? 0)
              const letters = await page.evaluate(
                "getComputedStyle(document.querySelector('input')).fontSize",
              )
              expect(Number.parseFloat(String(letters))).toBeGreaterThanOrEqual(16)
              await keepPicture(page, `element-${name}-${width}-${size.slice(0, -1)}`)
            }
          },
          { scheme, html },
        )
      },
    )
  })
}
