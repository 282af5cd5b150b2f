// A verification and its events as text for a terminal, recipients masked. Times are UTC, whatever the machine's zone.

import { diagnoseFor, nextTryAt } from '../admin/diagnosis.ts'
import { foldTries } from '../admin/fold-tries.ts'
import type { ListedVerification, SendTry, VerificationDetail } from '../admin/ports.ts'
import { OUTCOMES, spanOf } from '../console/words.ts'
import type { EventRecord } from '../events/types.ts'
import { statusAt } from '../verification/state.ts'
import type { AdminContext } from './admin-context.ts'
import { alignRows, plain } from './table.ts'

/** Columns of a terminal: a line with everything stays under 120. */
const MAX = { to: 20, message: 24, service: 12 } as const

type Shown = Pick<AdminContext, 'recipients' | 'clock' | 'config' | 'readingOf'>

/** `2026-11-27 14:32:05` */
export function timeOf(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ')
}

export function recipientOf(row: ListedVerification, { recipients }: Shown): string {
  const country = row.country === null ? '' : ` ${row.country}`
  return plain(recipients.masked(row), MAX.to - country.length) + country
}

function outcomeOf(row: ListedVerification, { clock }: Shown): string {
  return OUTCOMES[statusAt(row, clock.now())][0]
}

function messageOf({ deliveryStatus, errorCode, provider }: ListedVerification): string {
  const words = [deliveryStatus ?? 'none', errorCode, provider]
  return plain(words.filter((word) => word !== null).join(' '), MAX.message)
}

/** With a heading; the service where there is more than one. */
export function verificationsTable(rows: readonly ListedVerification[], shown: Shown): string {
  const head = ['REFERENCE', 'WHEN (UTC)', 'TO', 'CHANNEL', 'MESSAGE', 'OUTCOME', 'SERVICE']
  const lines = rows.map((row) => [
    ...[row.reference, timeOf(row.createdAt), recipientOf(row, shown), row.channel],
    ...[messageOf(row), outcomeOf(row, shown), plain(row.service, MAX.service)],
  ])
  const columns = shown.config.services.size === 1 ? head.length - 1 : head.length
  return alignRows([head, ...lines].map((row) => row.slice(0, columns)))
}

/** `provider twilio, send 1, error 30006, by ADMIN_KEY` */
export function detailsOf({ details, keyId }: EventRecord): string {
  const pairs = Object.entries(details)
    .filter(([, value]) => value !== null && value !== false)
    .map(([name, value]) => `${name.replaceAll('_', ' ')} ${value}`)
  return plain([...pairs, ...(keyId === null ? [] : [`by ${keyId}`])].join(', '))
}

function timelineOf(events: readonly EventRecord[]): string {
  let previous: EventRecord | undefined
  const lines = foldTries(events).map((line) => {
    const own = line.kind === 'tries' ? line.events : [line.event]
    const [first, end] = [own[0], own.at(-1)]
    if (!first || !end) return []
    const when = [timeOf(first.at), previous ? `+${spanOf(first.at - previous.at)}` : '']
    previous = end
    return line.kind === 'tries'
      ? [...when, `${line.count} more tries`, `with the same result, until ${timeOf(end.at)}`]
      : [...when, first.type, detailsOf(first)]
  })
  return alignRows([['WHEN (UTC)', 'AFTER', 'WHAT', ''], ...lines])
}

/** The provider's id of the message, or its own error. */
function answerOf({ result, errorCode, errorMessage, fault, reference }: SendTry): string {
  const words = result === 'sent' ? [reference] : [errorCode, errorMessage]
  const blamed = fault === null ? '' : ` (blames the ${fault})`
  return plain(words.filter((word) => word !== null).join(': ') + blamed)
}

function tableOfTries(tries: readonly SendTry[]): string {
  const lines = tries.map((one) => [
    ...[timeOf(one.startedAt), `${one.send}.${one.tryNumber}`, one.provider],
    ...[one.durationMs === null ? '' : spanOf(one.durationMs), one.result ?? 'no answer'],
    answerOf(one),
  ])
  return alignRows([['STARTED (UTC)', 'TRY', 'PROVIDER', 'TOOK', 'RESULT', 'DETAIL'], ...lines])
}

function factsOf(row: ListedVerification, shown: Shown): string {
  const kind = row.kind === 'real' ? '' : `, ${row.kind}`
  const ended =
    row.endedAt === null ? `until ${timeOf(row.expiresAt)}` : `ended ${timeOf(row.endedAt)}`
  return alignRows([
    ['Outcome', outcomeOf(row, shown)],
    ['To', `${recipientOf(row, shown)}, ${row.channel}${kind}`],
    ['Message', messageOf(row)],
    ['For', plain(`${row.purpose}, service ${row.service}`)],
    ['Time (UTC)', `${timeOf(row.createdAt)}, ${ended}`],
    ['Codes', `${row.failed} of ${row.maxAttempts} wrong`],
    ['Sends', `${row.sends} of ${row.maxSends}`],
    ...(row.clientIp === null ? [] : [['Address', plain(row.clientIp)]]),
  ])
}

/** The same as at the top of its page. */
function diagnosisOf(detail: VerificationDetail, { readingOf }: Shown): string {
  const about = readingOf(detail)
  const { diagnosis } = diagnoseFor(detail, about)
  const at = nextTryAt(diagnosis, about.now)
  const next = at === null ? null : `Next try at ${timeOf(at)} UTC.`
  const todo = [diagnosis.action, next].filter((one) => one !== null).join(' ')
  return [diagnosis.meaning, todo].map((line) => line && `${plain(line)}\n`).join('') // mutant: C74.command-same-diagnosis
}

export function describeVerification(detail: VerificationDetail, shown: Shown): string {
  const { verification, events, tries } = detail
  const parts = [
    `${verification.reference}  ${verification.id}\n${factsOf(verification, shown)}`,
    diagnosisOf(detail, shown),
    timelineOf(events),
    ...(tries.length === 0 ? [] : [tableOfTries(tries)]),
  ]
  return parts.join('\n')
}
