// The checker can fail: each rule turns red on a record that is doctored against it, and on nothing else.
// What a run of the real thing gives is chaos.test.ts.

import { describe, expect, it } from 'vitest'
import { findViolations } from './checker.ts'
import {
  ask,
  crashBesideDouble,
  crowd,
  type Doctored,
  find,
  insert,
  loseClaim,
  numberOf,
  redisKill,
} from './doctor.ts'
import { ANSWERS, LOGS } from './doctored-answers.ts'
import { CHECKS, LIMITS } from './doctored-checks.ts'
import { LEASES, SENDS } from './doctored-deliveries.ts'
import { CODES_KEPT, mayHappen, OUTGOING, RECEIPTS } from './doctored-messages.ts'
import { RULES } from './settings.ts'
import { APPROVED, soundRecord } from './sound-record.ts'

describe('the checker of the chaos run', () => {
  it('finds nothing in a record in which every promise was kept', () => {
    expect(findViolations(soundRecord())).toEqual([])
  })

  it('accepts a repetition under its key, a claim given back and an unknown outcome', () => {
    const record = structuredClone(soundRecord()) as Doctored
    const claim = find(record, APPROVED, 'delivery.attempted')
    insert(record, claim, {})
    ask(record, 'c2', { outcome: { kind: 'unknown', why: 'ECONNRESET' } })
    ask(record, 's1', { logical: 's9', outcome: { kind: 'unknown', why: 'ECONNREFUSED' } })
    redisKill(record)
    crowd(record, RULES.sendsPerNumber, numberOf(record))
    expect(findViolations(record)).toEqual([])
  })

  it('accepts a try that is made again because a crash of PostgreSQL took its claim', () => {
    const record = structuredClone(soundRecord()) as Doctored
    crashBesideDouble(record, RULES.unsyncedMs)
    expect(findViolations(record)).toEqual([])
  })

  it('accepts a receipt in place of a dead worker’s answer, and a message that a frozen node held', () => {
    const record = structuredClone(soundRecord()) as Doctored
    mayHappen(record)
    expect(findViolations(record)).toEqual([])
  })

  it('accepts a try whose claim a crash took, where the person ended it with the code', () => {
    const record = structuredClone(soundRecord()) as Doctored
    loseClaim(record, 0)
    expect(findViolations(record)).toEqual([])
  })

  const MESSAGES = [...CODES_KEPT, ...RECEIPTS, ...OUTGOING]
  it.each([...CHECKS, ...LEASES, ...SENDS, ...LIMITS, ...ANSWERS, ...LOGS, ...MESSAGES])(
    '%s: sees %s',
    (rule, _what, doctor, said) => {
      const record = structuredClone(soundRecord()) as Doctored
      doctor(record)
      const found = findViolations(record).filter((one) => one.rule === rule)
      expect(found.map((one) => one.said).join('\n')).toMatch(said)
    },
  )
})
