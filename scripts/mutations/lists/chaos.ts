// Builds that are broken on purpose, which the chaos run must notice, and the rule of its checker that does.
// It must not contain faults that a small test notices sooner: those are in the other lists.

import type { Change } from '../mutation.ts'

const STEPS = 'drizzle/postgres/0021_routes.sql'
const SETTLE = 'drizzle/postgres/0031_calls.sql'

export type ChaosBuild = {
  name: string
  /** The fault, for docs/testing.md. */
  line: string
  changes: readonly Change[]
  /** The rule's name, as a violation begins. */
  seenBy: string
  /** What the rule then reports, so that a build broken in another way is not mistaken for this one. */
  seenAs: RegExp
}

export const CHAOS_BUILDS: readonly ChaosBuild[] = [
  {
    name: 'no-lease-check',
    line: 'a worker whose lease ran out still moves the delivery: its token is not asked for',
    changes: [
      {
        file: SETTLE,
        find: 'AND f.token = c.token ',
        replace: '',
      },
    ],
    seenBy: 'deliveries in order',
    seenAs: /whose own worker says|before its own worker had its result|of try \d+, not \d+/,
  },
  {
    name: 'decided-on-an-old-row',
    line: 'what was decided is applied to the row as it is: neither its stamp is asked for, nor its lock',
    changes: [
      {
        file: STEPS,
        find: 'AND r.service = p_service FOR NO KEY UPDATE;\n  -- Erased',
        replace: 'AND r.service = p_service;\n  -- Erased',
      },
      {
        file: STEPS,
        find: '  IF p_stamp <> v_stamp THEN',
        replace: '  IF false THEN',
      },
    ],
    seenBy: 'no attempt beyond its limit',
    seenAs: /comparisons were (logged|told)|events of it/,
  },
  {
    name: 'step-after-the-end',
    line: 'a step that was leased goes out though its verification ended meanwhile: the end leaves it waiting, and its begin asks for nothing',
    changes: [
      {
        file: 'src/verification/transitions.ts',
        find: '    ...(hasSteps && { steps: { cancel: status } }),\n',
        replace: '',
      },
      {
        file: 'src/delivery/steps.ts',
        find: `      stamp: stampOf(row),
      notAfter: row.expiresAt - MIN_REMAINING_TO_SEND_MS,`,
        replace: `      notAfter: row.expiresAt - MIN_REMAINING_TO_SEND_MS,`,
      },
    ],
    seenBy: 'nothing after the end',
    seenAs: /was claimed after it/,
  },
  {
    name: 'receipts-at-once',
    line: 'a receipt is applied to the try as it is: whether another one came meanwhile is not asked for',
    changes: [
      {
        file: 'drizzle/postgres/0031_calls.sql',
        find: '  IF v_seen IS DISTINCT FROM c.seen OR v_now > c.not_after',
        replace: '  IF v_now > c.not_after',
      },
    ],
    seenBy: 'receipts move forward only',
    seenAs: / after (delivered|undelivered|sent)|not told as doubles/,
  },
]
