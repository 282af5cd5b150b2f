// GET /admin/verifications/{id}, and its actions: POST …/resend, …/cancel, …/reveal. Each leads back to the page, with its result.
// It must not reveal another service's verification, nor put anything into an address but fixed words.

import { html } from 'hono/html'
import { START_OVER } from '../admin/advice/words.ts'
import { diagnoseFor } from '../admin/diagnosis.ts'
import { CHANNELS, isFactorChannel } from '../kernel/channel.ts'
import { ERRORS, type ErrorSlug } from '../kernel/errors.ts'
import { VERIFICATION_ID } from '../kernel/ids.ts'
import type { CancelResult, Refusal, ResendResult } from '../verification/api.ts'
import { LIMIT_NAMES } from '../verification/policy.ts'
import { nameKeys } from './key-names.ts'
import { listedNote, listedNow } from './list-words.ts'
import { type Answer, type ConsoleDeps, type Pages, say } from './page-route.ts'
import { type Html, personPath, type SignedInPage, verificationPath } from './shell.ts'
import { suppressedNote, suppressedNow } from './suppressed.ts'
import { verificationPage } from './verification-page.ts'
import { LIMIT_WORDS, spanOf } from './words.ts'

const PATH = '/admin/verifications/:id'

const DONE = {
  resent: 'The same code is on its way again.',
  canceled: 'Canceled. The code no longer works.',
  ended: 'It had already ended; nothing was changed.',
} as const

/** Where the title of the error is not enough for a reader of this page. */
const REFUSED: Readonly<Partial<Record<ErrorSlug, string>>> = {
  resend_too_early: 'It is too early to send again.',
  resend_too_late: `Too little time is left for another message. ${START_OVER}`,
  max_sends_reached: `This verification has no messages left. ${START_OVER}`,
  max_attempts_reached: `Too many wrong codes were entered. ${START_OVER}`,
  verification_approved: 'It was already approved; nothing was changed.',
  verification_canceled: `It was already canceled. ${START_OVER}`,
  verification_closed: `Its outcome was already reported. ${START_OVER}`,
  verification_expired: `It has expired. ${START_OVER}`,
  channel_not_available: 'No provider of this service sends by this channel.',
  invalid_request: 'This channel does not reach this recipient.',
  overloaded: 'The service is busy.',
}

/** In seconds; none of ours is longer than a day. */
const WAIT = /^\d{1,5}$/

/** For the address of the page that follows. */
function queryOf(result: CancelResult | ResendResult): Record<string, string> {
  if (result.kind === 'resent') return { done: 'resent' }
  if (result.kind === 'canceled')
    return { done: result.verification.status === 'canceled' ? 'canceled' : 'ended' }
  const { error, limit, retryAfterSeconds: wait }: Refusal = result
  return {
    refused: error,
    ...(limit && { limit: limit.name }),
    ...(wait !== undefined && { wait: String(Math.ceil(wait)) }),
  }
}

function refusedText(slug: ErrorSlug, query: Readonly<Record<string, string>>): string {
  const limit = LIMIT_NAMES.find((name) => name === query.limit)
  const limited = slug === 'rate_limited' && limit
  const what = limited ? `A limit is full: ${LIMIT_WORDS[limit]}.` : REFUSED[slug]
  const wait = WAIT.test(query.wait ?? '') ? Number(query.wait) : 0
  return `${what ?? `${ERRORS[slug].title}.`}${wait > 0 ? ` Wait ${spanOf(wait * 1000)}.` : ''}`
}

function noticeOf(query: Readonly<Record<string, string>>): Html | '' {
  const { done = '', refused = '' } = query
  if (Object.hasOwn(DONE, done))
    return html`<p class="note good" role="status">${DONE[done as keyof typeof DONE]}</p>`
  if (!Object.hasOwn(ERRORS, refused)) return ''
  const text = refusedText(refused as ErrorSlug, query)
  return html`<p class="note bad" role="alert">Not done. ${text}</p>`
}

/** Also for text that is no id: an address that was cut off when it was copied. */
function notFound(page: SignedInPage): Answer {
  const advice =
    'It may have been erased, or belong to a service that your key does not see, or the address was cut off.'
  return say(page, 404, 'There is no such verification', advice)
}

/** @param clear the recipient, for this answer alone */
async function show(page: SignedInPage, deps: ConsoleDeps, id: string, clear: string | null) {
  const { recipients, operations } = deps.admin
  const detail = await operations.detail(page.admin, id)
  if (!detail) return notFound(page)
  const { verification, events } = detail
  const now = deps.clock.now()
  const person = recipients.ofRow(verification)
  const sealed = person && recipients.seal(person, verification.service)
  const reader = {
    channels: deps.services.get(verification.service)?.channels ?? [],
    mayAct: page.session.access.scopes.has('admin:support'),
    now,
  }
  const { service, budgetIndex, channel } = verification
  const about = { service, budgetIndexes: [budgetIndex], channel }
  const suppressed = isFactorChannel(channel)
    ? []
    : await suppressedNow(deps, { ...about, channel })
  const listed = await listedNow(deps, page.admin.service, person)
  const shown = {
    now,
    detail,
    clear,
    ...diagnoseFor(detail, reader),
    keys: await nameKeys(
      deps.authenticator,
      events.map(({ keyId }) => keyId),
    ),
    to: recipients.masked(verification),
    personPath: sealed === undefined ? null : personPath(sealed),
    notice: html`${noticeOf(page.c.req.query())}${suppressedNote(suppressed, sealed)}${listedNote(listed, sealed)}`,
  }
  return page.c.html(verificationPage(page, shown))
}

export function addVerification(pages: Pages, deps: ConsoleDeps): void {
  const { operations } = deps.admin
  const withId = (page: SignedInPage, run: (id: string) => Answer): Answer => {
    const id = page.c.req.param('id') ?? ''
    return VERIFICATION_ID.test(id) ? run(id) : notFound(page)
  }
  pages.showPage(PATH, (page) => withId(page, (id) => show(page, deps, id, null)))
  const act = (
    action: 'resend' | 'cancel',
    run: (
      page: SignedInPage,
      id: string,
      form: URLSearchParams,
    ) => Promise<CancelResult | ResendResult | undefined>,
  ) =>
    pages.takeForm(`${PATH}/${action}`, 'admin:support', (page, form) =>
      withId(page, async (id) => {
        const result = await run(page, id, form)
        if (!result) return notFound(page)
        // A redirect: reloading the page must not repeat the action.
        return page.c.redirect(
          `${verificationPath(id)}?${new URLSearchParams(queryOf(result))}`,
          303,
        )
      }),
    )
  act('resend', ({ admin }, id, form) => {
    const channel = CHANNELS.find((one) => one === form.get('channel')) ?? null
    return operations.resend(admin, id, channel)
  })
  act('cancel', ({ admin }, id) => operations.cancel(admin, id))
  // mutant: C33.viewer-no-reveal
  pages.takeForm(`${PATH}/reveal`, 'admin:support', (page) =>
    withId(page, async (id) => {
      const person = await operations.reveal(page.admin, id)
      if (!person) return notFound(page)
      // The switch of colours leads back to the page itself.
      return show({ ...page, path: verificationPath(id) }, deps, id, person.to ?? person.subject)
    }),
  )
}
