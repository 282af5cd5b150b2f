// What a form came to, for the page that is loaded after it: a word of our own in its address, never a text.
// It must not say anything that the verification does not: the page is read again each time.

import { describeLeft, fill, type Html } from './fill.ts'
import type { PageTexts } from './page-texts.ts'

export type Notice =
  | { kind: 'wrong' | 'shape' | 'busy' | 'resent' }
  /** Not before. */
  | { kind: 'wait'; seconds: number }

const WORD = /^(?:(wrong|shape|busy|resent)|wait-(\d{1,5}))$/

export const writeNotice = (notice: Notice): string =>
  notice.kind === 'wait' ? `wait-${notice.seconds}` : notice.kind

export function readNotice(text: string | undefined): Notice | null {
  const [, kind, seconds] = WORD.exec(text ?? '') ?? []
  if (seconds !== undefined) return { kind: 'wait', seconds: Number(seconds) }
  return kind === undefined ? null : { kind: kind as Exclude<Notice['kind'], 'wait'> }
}

/** @param digits of the code; null: it is a recovery code or an app's */
export function noticeText(texts: PageTexts, notice: Notice, digits: number | null): Html | string {
  switch (notice.kind) {
    case 'wait':
      return fill(texts.wait, { time: describeLeft(notice.seconds) })
    case 'shape':
      return digits === null ? texts.wrong : fill(texts.shape, { count: String(digits) })
    default:
      return texts[notice.kind]
  }
}
