// C3: a wrong answer racing the right one, from one process, from two on one SQLite file, and from four on one PostgreSQL.
// The order that timing seldom gives (the wrong last attempt compared first) is forced in test/verification/charge-order.test.ts.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LONG } from '../long.ts'
import { LAYOUTS, type Nodes, ON, startNodes, tally, together } from './nodes.ts'
import { UNLIMITED, wrong } from './service-process.ts'

/** 200 for each row of the table in the long form. */
const ROUNDS = LONG ? 100 : 40
/** Rounds under way at once: more of them interleave, and the inbox keeps 200 messages. */
const AT_ONCE = 20

describe.each(LAYOUTS)(ON, (layout) => {
  let nodes: Nodes
  beforeAll(async () => {
    nodes = await startNodes(layout, UNLIMITED)
  })
  afterAll(() => nodes.stop())

  it.each([
    { left: 5, title: 'with all attempts left' },
    { left: 2, title: 'with two attempts left' },
  ])(`C3: ${ROUNDS} rounds $title: the right one is always approved`, async ({ left }) => {
    for (let done = 0; done < ROUNDS; done += AT_ONCE) {
      const started = await together(AT_ONCE, (n) =>
        nodes.start({ to: `race-${left}-${done + n}@example.com` }),
      )
      const ids = started.map(({ body }) => body.id as string)
      const codes = await nodes.codes(ids)
      const rounds = ids.map((id, n) => ({ id, code: codes[n] as string, wrongFirst: n % 2 }))
      for (let spent = 5; spent > left; spent -= 1)
        await Promise.all(rounds.map(({ id, code }) => nodes.check(id, wrong(code))))
      const raced = await Promise.all(
        rounds.map(async ({ id, code, wrongFirst }) => {
          const typed = wrongFirst ? [wrong(code), code] : [code, wrong(code)]
          const answers = await Promise.all(typed.map((text) => nodes.check(id, text)))
          return { id, right: answers[wrongFirst], wrong: answers[1 - wrongFirst] }
        }),
      )
      expect(tally(raced.flatMap(({ right }) => right ?? []))).toEqual({ '200': AT_ONCE })
      // The wrong one was compared, or came when all was over; it was never the one approved.
      for (const { wrong } of raced) expect([422, 409]).toContain(wrong?.status)
    }
  })
})
