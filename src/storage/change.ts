// Writes what a transition decided (verification/transitions.ts): this process decides on the row as it was read, the engine
// applies it where the row still has that stamp, else it is decided on again.
// It must not wait for a lock meanwhile: a process that stops in between holds nothing.

import { StoreUnavailableError } from '../kernel/errors.ts'
import type { AnswerToKeep, IdempotencyWrite } from '../verification/answer-ports.ts'
import { applied, blankRecord } from '../verification/applied.ts'
import type { Change, Decision, Effect } from '../verification/change.ts'
import type {
  ChangeInput,
  ChangeOutcome,
  CreateInput,
  VerificationStore,
} from '../verification/ports.ts'
import type { VerificationRecord } from '../verification/state.ts'
import type { WebhookCauses } from '../webhooks/ports.ts'
import type { ChangeToApply, Engine, KeyToKeep, RowToCreate } from './engine.ts'

/** Each time another step of the same verification came in between; there are no more than it has attempts and sends. */
export const MAX_DECISIONS = 30

/** A decision on a row holds only while the row has this stamp: its parts only move forward. */
export function stampOf({
  status,
  attempts,
  failed,
  sends,
}: Pick<VerificationRecord, 'status' | 'attempts' | 'failed' | 'sends'>): string {
  return `${status}/${attempts}/${failed}/${sends}`
}

/** The change with the messages that go out for its events. */
export function withWebhooks(
  causes: WebhookCauses,
  record: VerificationRecord,
  change: Change,
): Change {
  const { status = record.status, channel = record.channel } = change.set
  const events = causes.attach(record.service, change.events, { status, channel })
  return events === change.events ? change : { ...change, events }
}

function keyToKeep<Result>(write: IdempotencyWrite<Result> | null): KeyToKeep | null {
  return write && { key: write.key, fingerprint: write.fingerprint, expiresAt: write.expiresAt }
}

export function answerToKeep<Result>(
  write: IdempotencyWrite<Result> | null,
  effect: Result,
): AnswerToKeep | null {
  const key = keyToKeep(write)
  return write && key && { ...key, answer: write.answer(effect) }
}

const leftAfter = (codesLeft: number | null) => (codesLeft === null ? null : codesLeft - 1)

type Deciding<Result> = {
  decision: Extract<Decision<Result>, { kind: 'change' }>
  /** What it was decided on. */
  record: VerificationRecord
  /** Of the set that a recovery code is used of, before it is. */
  codesLeft: number | null
}

function toApply<Result>(
  { record: { service, id }, numberLimit, actor, idempotency, now, trace }: ChangeInput<Result>,
  { decision, record, codesLeft }: Deciding<Result>,
  causes: WebhookCauses,
): ChangeToApply {
  const { use, notAfter } = decision
  const withAnswer = ({ change, answer }: Effect<Result>, left: number | null) => ({
    change: withWebhooks(causes, record, change),
    answer: idempotency?.answer(answer(applied(record, change), left)) ?? null,
  })
  return {
    service,
    id,
    stamp: stampOf(record),
    now,
    notAfter: notAfter ?? null,
    actor,
    effect: withAnswer(decision, leftAfter(codesLeft)),
    use: use ? { factor: use.factor, codesLeft, otherwise: withAnswer(use.otherwise, null) } : null,
    numberLimit: numberLimit ?? null,
    key: keyToKeep(idempotency),
    trace,
  }
}

export function createChange(
  { apply, findAnswer }: Pick<Engine['verifications'], 'apply' | 'findAnswer'>,
  causes: WebhookCauses,
): VerificationStore['change'] {
  return async <Result>(input: ChangeInput<Result>): Promise<ChangeOutcome<Result>> => {
    let record = input.record
    let lateAt: number | undefined
    let counted: number | undefined
    for (let n = 0; n < MAX_DECISIONS; n += 1) {
      const decision = input.decide(record, lateAt ?? input.now, lateAt !== undefined)
      if (decision.kind === 'refused') {
        // Another request under its key may be what ended it.
        const stored = input.idempotency && (await findAnswer(input.idempotency.key, input.now))
        return stored ? { kind: 'answered_before', stored } : decision
      }
      const factor = decision.use?.factor
      const codesLeft = factor?.type === 'recovery_codes' ? (counted ?? factor.codesLeft) : null
      const deciding = { decision, record, codesLeft }
      const toWrite = toApply(input, deciding, causes)
      const outcome = await apply(toWrite)
      switch (outcome.kind) {
        case 'stale':
          record = outcome.record
          break
        case 'late':
          lateAt = outcome.at
          break
        case 'recount':
          counted = outcome.codesLeft
          break
        case 'done':
        case 'spent': {
          const isSpent = outcome.kind === 'spent'
          const { change, answer } = isSpent && decision.use ? decision.use.otherwise : decision
          const written = isSpent && toWrite.use ? toWrite.use.otherwise : toWrite.effect
          causes.written(written.change.events)
          // The row had the stamp of the one that was decided on.
          const left = isSpent ? null : leftAfter(outcome.codesLeft)
          return { kind: 'changed', result: answer(applied(record, change), left) }
        }
        default:
          return outcome
      }
    }
    throw new StoreUnavailableError('a verification changed too often while it was decided on')
  }
}

/** The row as its first change leaves it. */
export function rowToCreate({
  record,
  idempotency,
  ...input
}: CreateInput): Omit<RowToCreate, 'claim'> {
  const after = applied(blankRecord(record), input.change)
  return { ...input, record: after, kept: answerToKeep(idempotency, after) }
}
