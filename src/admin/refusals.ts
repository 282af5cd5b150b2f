// Refused requests as support needs them: one line for one person and one reason, with how many and when.
// It must not read more than a bounded number of rows for a page, nor release a recipient in plaintext.

import { createHash } from 'node:crypto'
import { type EventStore, type RefusalRecord, textOr } from '../events/types.ts'
import { adviseOnRefusal } from './advice/refusals.ts'
import type { Person, Recipients } from './recipients.ts'

/** Absent: any. `service` null: every service. */
export type RefusalFilter = {
  service: string | null
  budgetIndexes?: readonly Uint8Array[] | undefined
  error?: string | undefined
  /** The name of the limit that refused. */
  limit?: string | undefined
  /** Included. */
  since?: number | undefined
  /** Excluded. */
  until?: number | undefined
}

export type RefusalLine = {
  /** The same for the same line of a later page, and reveals nothing about the person. */
  id: string
  service: string
  error: string
  limit: string | null
  count: number
  /** Of the rows read: a minute's further refusals are one row, at its end. */
  firstAt: number
  lastAt: number
  /** Of the newest row, like all below. */
  route: string | null
  channel: string | null
  country: string | null
  numberType: string | null
  /** Of the lists, that refused it. */
  entry: string | null
  clientIp: string | null
  keyId: string | null
  verificationId: string | null
  reference: string | null
  person: Person | undefined
  /** Several people's: past a bound, refusals are counted together and nobody is named. */
  isOfMany: boolean
  /** In plain words, and what to do. */
  meaning: string
  action: string
}

export type RefusalPage = {
  items: RefusalLine[]
  nextCursor: string | null
  /** Where it stopped before it was full: the time of the last row that was read. */
  lookedBackTo: number | null
}

/** For one page: 2,000 rows of the log. */
const MAX_READS = 20
/** However few lines are requested: a line counts the rows between its first one and the end of the page. */
const ROWS = 100

type PersonOf = (record: RefusalRecord, budgetIndex: Uint8Array) => string

const hexOf = (index: Uint8Array) => Buffer.from(index).toString('hex')

/** A person has an index under each root key: refusals before and after a rotation are one line. */
function createPersonOf(recipients: Pick<Recipients, 'ofRefusal' | 'indexesOf'>): PersonOf {
  const known = new Map<string, string>()
  return (record, budgetIndex) => {
    const own = hexOf(budgetIndex)
    const found = known.get(own)
    if (found !== undefined) return found
    const person = recipients.ofRefusal(record)
    const current = person && recipients.indexesOf(person, record.service)?.[0]
    const key = current ? hexOf(current) : own // mutant: C73.rotation-one-line
    known.set(own, key)
    return key
  }
}

/** One person, one reason, one channel; without a person one verification, address or key. */
function keyOf(record: RefusalRecord, personOf: PersonOf): string {
  const { service, budgetIndex, verificationId, clientIp, keyId, details } = record
  const isOfMany = details.overflow === true
  const who = budgetIndex ? personOf(record, budgetIndex) : (verificationId ?? clientIp)
  const { error, limit, channel } = details
  return JSON.stringify([service, error, limit, channel, isOfMany, who ?? keyId]) // mutant: C73.line-one-person
}

function toLine(record: RefusalRecord, key: string, person: Person | undefined): RefusalLine {
  const { details, at, service, clientIp, keyId, verificationId, reference } = record
  const refused = {
    error: textOr(details.error) ?? '',
    limit: textOr(details.limit),
    channel: textOr(details.channel),
    country: textOr(details.country),
    numberType: textOr(details.number_type),
    entry: textOr(details.entry),
  }
  return {
    // The text holds keyed indexes: only a hash of it leaves, cut short.
    id: createHash('sha256').update(key).digest('base64url').slice(0, 16),
    service,
    clientIp,
    keyId,
    verificationId,
    reference,
    person,
    count: 0,
    firstAt: at,
    lastAt: at,
    route: textOr(details.route),
    isOfMany: details.overflow === true,
    ...refused,
    ...adviseOnRefusal(refused),
  }
}

export function createRefusals(deps: {
  events: Pick<EventStore, 'listRefusals'>
  recipients: Pick<Recipients, 'ofRefusal' | 'indexesOf'>
}) {
  const isWanted = ({ details }: RefusalRecord, { error, limit }: RefusalFilter) =>
    (error === undefined || details.error === error) &&
    (limit === undefined || details.limit === limit)

  /** Adds to their lines, in order. @returns the row that would begin a line too many; undefined: all have one */
  const fold = (
    records: readonly RefusalRecord[],
    lines: Map<string, RefusalLine>,
    { most, personOf }: { most: number; personOf: PersonOf },
  ) =>
    records.find((record) => {
      const key = keyOf(record, personOf)
      const known = lines.get(key)
      if (!known && lines.size >= most) return true
      const line = known ?? toLine(record, key, deps.recipients.ofRefusal(record))
      line.count += Number(record.details.count) || 1 // mutant: C73.line-full-count
      line.firstAt = record.at
      lines.set(key, line)
      return false
    })

  /**
   * Newest first, up to the row that would begin a line too many. A page may hold fewer than `limit` and still have a
   * cursor: it reads a bounded number of rows. One line's older refusals may be on the next page.
   * @throws InvalidCursorError, StoreUnavailableError
   */
  return async (
    filter: RefusalFilter,
    cursor: string | null,
    limit: number,
  ): Promise<RefusalPage> => {
    const lines = new Map<string, RefusalLine>()
    const personOf = createPersonOf(deps.recipients)
    const { service, budgetIndexes, since, until } = filter
    let next = cursor
    let lastLookedAt: number | null = null
    for (let reads = 0; reads < MAX_READS; reads += 1) {
      const query = { service, budgetIndexes, since, until, cursor: next, limit: ROWS } // mutant: C73.count-beside-limit
      const page = await deps.events.listRefusals(query)
      const wanted = page.items.filter((one) => isWanted(one, filter))
      const tooMany = fold(wanted, lines, { most: limit, personOf })
      if (tooMany) {
        next = page.items[page.items.indexOf(tooMany) - 1]?.cursor ?? next // mutant: C73.page-line-boundary
        break
      }
      next = page.nextCursor
      lastLookedAt = page.items.at(-1)?.at ?? lastLookedAt
      if (next === null) break
    }
    const isCut = next !== null && lines.size < limit
    return {
      items: [...lines.values()],
      nextCursor: next,
      lookedBackTo: isCut ? lastLookedAt : null,
    }
  }
}

export type ListRefusals = ReturnType<typeof createRefusals>
