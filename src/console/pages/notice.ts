// What an action came to, told on the page after it: from fixed words in the address.
// It must not repeat any other text of the address.

import { html } from 'hono/html'
import { START_OVER } from '../../admin/advice/words.ts'
import { ERRORS, type ErrorSlug } from '../../kernel/errors.ts'
import type { Refusal } from '../../verification/api.ts'
import { LIMIT_WORDS, limitNamed } from './limit-words.ts'
import type { Html } from './shell.ts'
import { spanOf } from './words.ts'

const DONE = {
  resent: 'The same code is on its way again.',
  canceled: 'Canceled. The code no longer works.',
  ended: 'It had ended already; nothing was changed.',
} as const
export type Done = keyof typeof DONE

/** Where the title of the error is not enough for who looks at this page. */
const WORDS: Readonly<Partial<Record<ErrorSlug, string>>> = {
  resend_too_early: 'Too early to send again.',
  resend_too_late: `Too little time is left for another message. ${START_OVER}`,
  max_sends_reached: `No message is left for this verification. ${START_OVER}`,
  max_attempts_reached: `Too many wrong codes were typed. ${START_OVER}`,
  verification_approved: 'It had been approved already; nothing was changed.',
  verification_canceled: `It had been canceled already. ${START_OVER}`,
  verification_expired: `It has expired. ${START_OVER}`,
  channel_not_available: 'No provider of this service sends by this channel.',
  invalid_request: 'This channel does not reach this recipient.',
  overloaded: 'The service is busy.',
}

/** In seconds; longer ones than a day are no wait of ours. */
const WAIT = /^\d{1,5}$/
const isSlug = (text: string | undefined): text is ErrorSlug =>
  text !== undefined && Object.hasOwn(ERRORS, text)
const isDone = (text: string | undefined): text is Done =>
  text !== undefined && Object.hasOwn(DONE, text)

/** For the address of the page to come. */
export function refusedQuery({ error, limit, retryAfterSeconds }: Refusal): string {
  return new URLSearchParams({
    refused: error,
    ...(limit && { limit: limit.name }),
    ...(retryAfterSeconds !== undefined && { wait: String(Math.ceil(retryAfterSeconds)) }),
  }).toString()
}

function refusedText(slug: ErrorSlug, query: Readonly<Record<string, string>>): string {
  const limit = limitNamed(query.limit)
  const limited = slug === 'rate_limited' && limit
  const what = limited ? `A limit is full: ${LIMIT_WORDS[limit]}.` : WORDS[slug]
  const wait = WAIT.test(query.wait ?? '') ? Number(query.wait) : 0
  const until = wait > 0 ? ` Wait ${spanOf(wait * 1000)}.` : ''
  return `${what ?? `${ERRORS[slug].title}.`}${until}`
}

export function noticeOf(query: Readonly<Record<string, string>>): Html | '' {
  const { done, refused } = query
  if (isDone(done)) return html`<p class="note good" role="status">${DONE[done]}</p>`
  if (!isSlug(refused)) return ''
  return html`<p class="note bad" role="alert">Not done. ${refusedText(refused, query)}</p>`
}
