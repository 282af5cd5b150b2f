// What is revealed of a verification, and what a store holds of it, in the same words: `vrf_… approved`.
// It must not take from what is sent what a power cut may undo: claims and results of sends (docs/decisions.md).

import type { Database } from 'better-sqlite3'

/** Of one verification: everything up to its number of attempts or sends. */
function countsOf(id: string, what: string, count: number): string[] {
  return Array.from({ length: count }, (_, n) => `${id} ${what} ${n + 1}`)
}

type Row = {
  event: number
  id: string | null
  status: string
  attempts: number
  sends: number
}

/** @param afterEvent of what came later alone: each change of a verification has its event */
export function createStoredFacts(db: Database) {
  const changes = db.prepare(
    `SELECT e.seq AS event, v.id, v.status, v.attempts, v.sends
     FROM events e LEFT JOIN verifications v ON v.seq = e.verification_seq WHERE e.seq > ? ORDER BY e.seq`,
  )
  return (afterEvent = 0): { facts: string[]; lastEvent: number } => {
    const rows = changes.all(afterEvent) as Row[]
    const facts = rows.flatMap(({ event, id, status, attempts, sends }) => [
      `event ${event}`,
      ...(id
        ? [
            `${id} started`,
            // It was pending once: what is revealed stays true.
            ...(status === 'pending' ? [] : [`${id} ${status}`]),
            ...countsOf(id, 'attempts', attempts),
            ...countsOf(id, 'sends', sends),
          ]
        : []),
    ])
    return { facts, lastEvent: rows.at(-1)?.event ?? afterEvent }
  }
}

/** As the service answers: what is left of this many. */
const MAX_ATTEMPTS = 5
const MAX_SENDS = 5

const ANY_ID = /(?:vrf|dlv|att)_([0-9a-v]{32})/g
const ANSWER =
  /"id":"(vrf_[0-9a-v]{32})","reference":"[^"]*","status":"(\w+)".*?"attempts_remaining":(\d+),"sends_remaining":(\d+)/g
const EVENT = /"sequence":(\d+),"at":"[^"]*","type":"([a-z_.]+)"/g

/** What somebody who reads these bytes knows from now on. */
export function revealedBy(sent: string): string[] {
  const facts = [...sent.matchAll(ANY_ID)].map(([, id]) => `vrf_${id} started`)
  for (const [, id = '', status = '', attemptsLeft, sendsLeft] of sent.matchAll(ANSWER)) {
    if (status === 'pending') {
      facts.push(...countsOf(id, 'attempts', MAX_ATTEMPTS - Number(attemptsLeft)))
      facts.push(...countsOf(id, 'sends', MAX_SENDS - Number(sendsLeft)))
    } else facts.push(`${id} ${status}`)
  }
  for (const [, sequence, type = ''] of sent.matchAll(EVENT))
    if (!type.startsWith('delivery.')) facts.push(`event ${sequence}`)
  return [...new Set(facts)]
}
