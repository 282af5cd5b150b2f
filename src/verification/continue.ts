// A browser's session: the same start again is the same verification (back button, double click, second tab).
// It must not spend a budget, unless a resend is due and asked for by starting again.

import type { Channel } from '../kernel/channel.ts'
import type { Refusal, StartResult, Success } from './api.ts'
import { actorOf } from './domain.ts'
import { refuseSuppressed } from './refuse.ts'
import { createSendAgain } from './resend.ts'
import type { Continued, StartContext } from './start-plan.ts'
import { resendAt, type VerificationRecord } from './state.ts'
import { decideContinue } from './transitions.ts'
import { answerWith } from './view.ts'

/** Refusals of a resend that stand, however the verification was changed meanwhile. */
const STANDING: ReadonlySet<Refusal['error']> = new Set([
  'rate_limited',
  'channel_not_available',
  'recipient_suppressed',
  'recipient_blocked',
  'client_blocked',
  'idempotency_key_reused',
])

type Deps = Parameters<typeof createSendAgain>[0]

type FindOpen = (context: StartContext) => Promise<VerificationRecord | undefined>

/** By a wire: its code again, or the reason why not. Undefined: it has ended meanwhile. */
function createSendByWire(findOpen: FindOpen, sendAgain: ReturnType<typeof createSendAgain>) {
  return async (context: StartContext): Promise<StartResult | undefined> => {
    const { caller, command, response } = context
    const record = await findOpen(context)
    if (!record) return undefined
    const channel = context.plan.about.channel as Channel
    const { endUser } = command
    const again = { caller, record, channel, endUser, response, kind: 'continued' } as const
    const sent = await sendAgain<'continued'>(again)
    const isOpen = sent.kind !== 'refused' || (await findOpen(context)) !== undefined
    return isOpen ? sent : undefined
  }
}

export function createContinuation(deps: Deps) {
  const { store, clock, lock } = deps
  const sendAgain = createSendAgain(deps)

  const findOpen: FindOpen = async ({ plan }) =>
    plan.slot === null ? undefined : store.findContinuable(plan.slot, clock.now())
  const sendByWire = createSendByWire(findOpen, sendAgain)

  const isResendDue = ({ plan }: StartContext, record: VerificationRecord): boolean => {
    const now = clock.now()
    // Where a step of a chain waits, that is the next message.
    const mayResend = plan.resends && record.nextStep === null // mutant: C54.continued-waits
    const due = mayResend ? resendAt(record, now) : null
    return due !== null && now >= due
  }

  const continueAsIs = async (
    { caller, command, plan, response }: StartContext,
    record: VerificationRecord,
  ): Promise<StartResult> => {
    const now = clock.now()
    const { suppressible } = plan
    const suppressed = suppressible && (await store.findSuppressed(suppressible, now))
    if (suppressed) return refuseSuppressed(suppressed)
    const answer = answerWith(now, 'continued', record, plan.party)
    const outcome = await store.change<Success<'continued'>>({
      record,
      now,
      decide: decideContinue(() => answer),
      actor: actorOf(caller, command.endUser),
      idempotency: response.write((result) => result),
    })
    // Erased since it was found: its check says so.
    return outcome.kind === 'answered_before' ? response.replay(outcome.stored) : answer
  }

  /** Under the lock `resend:{id}`; read again, for whoever held it before may have sent or ended it. */
  const continueBySending = async (context: StartContext): Promise<StartResult | undefined> => {
    const { caller, command, response } = context
    const record = await findOpen(context)
    if (!record) return undefined
    if (!isResendDue(context, record)) return continueAsIs(context, record)
    // Of a chain that has gone through: its last step again.
    const isChain = context.plan.steps().length > 0
    const channel = isChain ? null : (context.plan.about.channel as Channel)
    const { endUser } = command
    const again = { caller, record, channel, endUser, response, kind: 'continued' } as const
    const sent = await sendAgain<'continued'>(again)
    if (sent.kind !== 'refused' || STANDING.has(sent.error)) return sent
    // Another node sent it, or somebody ended it, between our read and our write.
    const after = await findOpen(context)
    return after && continueAsIs(context, after)
  }

  /**
   * The pending verification of this session as it is, or sent again once that is due.
   * @returns undefined where there is none: the start makes one of its own
   */
  return async (context: StartContext): Promise<Continued | undefined> => {
    const open = await findOpen(context)
    if (!open) return undefined
    // mutant: C94.one-code
    if (context.command.wire) {
      const again = await lock.run([`resend:${open.id}`], () => sendByWire(context))
      return again && { result: again, verificationId: open.id }
    }
    const result = isResendDue(context, open) // mutant: C66.lost-send-resend
      ? await lock.run([`resend:${open.id}`], () => continueBySending(context))
      : await continueAsIs(context, open)
    return result && { result, verificationId: open.id }
  }
}
