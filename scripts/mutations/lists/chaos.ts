// Builds that are broken on purpose, which the chaos run must notice, and the rule of its checker that does.
// It must not contain faults that a small test notices sooner: those are in the other lists.

import type { Change } from '../mutation.ts'

const FUNCTIONS = 'drizzle/postgres/0001_functions.sql'
const SETTLING = 'drizzle/postgres/0011_used_step_functions.sql'

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
        file: FUNCTIONS,
        find: 'AND token = p_token FOR NO KEY UPDATE;',
        replace: 'FOR NO KEY UPDATE;',
      },
    ],
    seenBy: 'deliveries in order',
    seenAs: /whose own worker says|before its own worker had its result/,
  },
  {
    name: 'charge-after-compare',
    line: 'the attempt is charged when the comparison is written down, not before it',
    changes: [
      {
        file: FUNCTIONS,
        find: 'UPDATE verifications SET attempts = attempts + 1, last_attempt_at = v_now WHERE seq = r.seq;',
        replace: 'UPDATE verifications SET last_attempt_at = v_now WHERE seq = r.seq;',
      },
      {
        file: SETTLING,
        find: "IF kind IN ('approved', 'wrong') THEN PERFORM cs_keep_answer_1(p_key); END IF;",
        replace:
          "IF kind IN ('approved', 'wrong') THEN PERFORM cs_keep_answer_1(p_key); END IF;\n  IF kind <> 'changed' THEN UPDATE verifications SET attempts = attempts + 1 WHERE seq = r.seq; END IF;",
      },
    ],
    seenBy: 'no attempt beyond its limit',
    seenAs: /\d attempts were charged/,
  },
]
