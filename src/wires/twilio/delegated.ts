// Verifications that Twilio sends and checks, behind the same door: counted and limited here, asked of Twilio, and never failed
// over: Twilio's code is not ours.
// It must not say that something was done, or was not, where nobody knows.

import type { Caller, VerificationView } from '../../verification/api.ts'
import { NO_ANSWER, type WireStore } from '../../verification/wire-ports.ts'
import { GONE, SETTINGS_RETRY_SECONDS, type TwilioError, unavailable } from './errors.ts'
import { handOn } from './fields.ts'
import { serviceSidOf } from './sids.ts'
import { type Asked, causeOf, type Upstream } from './upstream.ts'

type Answer = { status: 200 | 201; body: object } | TwilioError

const notReached = () => unavailable('Twilio could not be reached; nothing was done')
/** Settings were taken away before the last of its codes had ended. */
export const withoutUpstream = () =>
  unavailable(
    'Twilio checks this code, and TWILIO_VERIFY_KEY_SID is not set here',
    SETTINGS_RETRY_SECONDS,
  )

/** @param lost what may have been done, and how to find out */
function answerOf(asked: Asked, status: 200 | 201, lost: TwilioError): Answer {
  switch (asked.kind) {
    case 'answered':
      return { status, body: asked.body }
    case 'refused':
      return asked.error
    case 'unsent':
      return notReached()
    case 'lost':
      return lost
  }
}

const startLost = (retryAfter: number) =>
  unavailable(
    'Twilio did not answer, and its message may be on its way: a check by To asks Twilio, and a later start sends the same code again',
    retryAfter,
  )

type Started = {
  caller: Caller
  verification: VerificationView
  /** It was made for this request; else it was pending before. */
  isNew: boolean
  form: URLSearchParams
}

type StartDeps = {
  upstream: Upstream
  wires: WireStore
  end: (id: string, error: string) => Promise<unknown>
  /** Twilio's answer, for the log: without one nobody knows what became of it. Undefined: it took it. */
  note: (id: string, error?: string) => Promise<unknown>
}

/** The row is there already: of whatever happens from here on, it is known that Twilio was asked. */
export async function startElsewhere(
  { upstream, wires, end, note }: StartDeps,
  { caller, verification, isNew, form }: Started,
): Promise<Answer> {
  const { id, to, resendInSeconds, expiresInSeconds } = verification
  const asked = await upstream.start(serviceSidOf(caller.service), handOn(form, to ?? ''))
  if (asked.kind === 'answered') await wires.rename(id, String(asked.body.sid))
  const error = causeOf(asked)
  const isUndone = error !== undefined && error !== NO_ANSWER
  // Nothing was sent: the next start is a new one.
  if (isNew && isUndone) await end(id, error)
  else await note(id, error) // mutant: C95.answer-logged
  return answerOf(asked, 201, startLost(resendInSeconds ?? expiresInSeconds))
}

export async function readElsewhere(
  upstream: Upstream,
  { service }: Pick<Caller, 'service'>,
  to: string,
): Promise<Answer> {
  const unknown = unavailable('Twilio did not answer')
  return answerOf(await upstream.read(serviceSidOf(service), to), 200, unknown)
}

/** Here it ends once Twilio has ended it, or no longer has it. */
export async function endElsewhere(
  { upstream, end }: { upstream: Upstream; end: () => Promise<unknown> },
  { service }: Pick<Caller, 'service'>,
  about: { to: string; status: 'approved' | 'canceled' },
): Promise<Answer> {
  const asked = await upstream.update(serviceSidOf(service), about.to, about.status)
  const isOver = asked.kind === 'refused' && asked.error.code === GONE
  if (asked.kind === 'answered' || isOver) await end()
  const lost = unavailable('Twilio did not answer: it may have ended; ask again')
  return answerOf(asked, 200, lost)
}

/** Of one that was started at Twilio before this service stood in front of it: known to nobody here, so counted by Twilio alone. */
export async function checkElsewhere(
  upstream: Upstream,
  { service }: Pick<Caller, 'service'>,
  { to, code }: { to: string; code: string },
): Promise<Answer> {
  const lost = unavailable('Twilio did not answer: ask again')
  return answerOf(await upstream.check(serviceSidOf(service), to, code), 201, lost)
}
