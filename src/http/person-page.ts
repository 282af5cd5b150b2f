// Pages of the front door as answers: their policy, the language of whoever reads them, and sentences where there is no page.
// It must not say more than that there is nothing, whatever was asked for.

import type { Door } from '../front/desk.ts'
import { type Framed, type Look, messagePage, NO_LOOK } from '../front/pages/frame.ts'
import { languagesOf, pickWords, type Words } from '../front/pages/words.ts'
import type { AppContext, AppDeps } from './deps.ts'
import { readBytes } from './middleware/body.ts'
import { allowPersonPage } from './middleware/security-headers.ts'
import { RequestAbortedError, refusalOf } from './problem.ts'
import { FORM_TYPE, isSameOrigin } from './same-origin.ts'

const MAX_FORM_BYTES = 8 * 1024
const RETRY_SECONDS = '2'

type Status = 200 | 403 | 404 | 413 | 415 | 429 | 500 | 503

/** @param leadsTo the origin that its forms may lead to in addition to this one */
export function answerPage(
  c: AppContext,
  page: Framed,
  status: Status = 200,
  leadsTo: string | null = null,
): Response | Promise<Response> {
  allowPersonPage(c, page.style, leadsTo)
  return c.html(page.html, status)
}

/** The message's language before the browser's: both are read side by side. */
export function wordsFor(c: AppContext, door?: Pick<Door, 'record' | 'service'>): Words {
  const asked = languagesOf(c.req.header('Accept-Language'))
  return pickWords(door ? [door.record.locale, ...asked, door.service.locale] : asked)
}

/** A sentence as the heading, and what to do. */
export function say(
  c: AppContext,
  status: Status,
  what: 'gone' | 'busy' | 'taken',
  about?: { door: Door; look: Look },
): Response | Promise<Response> {
  const words = wordsFor(c, about?.door)
  const { texts } = words
  const sentences = what === 'busy' ? [] : [texts.restart]
  const page = messagePage({ words, look: about?.look ?? NO_LOOK, title: texts[what], sentences })
  return answerPage(c, page, status)
}

/** Runs a page, and says what went wrong without naming it. */
export async function answerSafely(
  c: AppContext,
  { logger }: Pick<AppDeps, 'logger'>,
  run: () => Promise<Response>,
): Promise<Response> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof RequestAbortedError) throw error
    const isKnown = refusalOf(error) !== undefined
    const fields = { request_id: c.get('requestId'), route: c.get('route') ?? null, err: error }
    logger[isKnown ? 'warn' : 'error'](fields, isKnown ? 'page refused' : 'page failed')
    if (isKnown) c.header('Retry-After', RETRY_SECONDS)
    return say(c, isKnown ? 503 : 500, 'busy')
  }
}

/** By its headers alone. Undefined: it may be a form of a page of this origin. */
export function refuseForm(c: AppContext): Response | Promise<Response> | undefined {
  if (!isSameOrigin(c)) return say(c, 403, 'busy') // mutant: C87.own-forms
  return FORM_TYPE.test(c.req.header('Content-Type') ?? '') ? undefined : say(c, 415, 'busy')
}

/** Of a browser that may use the page. */
export async function readPageForm(c: AppContext): Promise<URLSearchParams | Response> {
  const bytes = await readBytes(c.env.incoming, MAX_FORM_BYTES)
  return bytes ? new URLSearchParams(bytes.toString('utf8')) : say(c, 413, 'busy')
}
