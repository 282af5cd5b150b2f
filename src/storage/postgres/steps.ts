// A step whose answer is kept with its effect: read the row, make the answer, do both if the row still looks so.
// It must not wait for a lock over a round trip: a node that stops in between holds nothing.

import { StoreUnavailableError } from '../../kernel/errors.ts'
import type { VerificationRecord } from '../../verification/state.ts'
import { type Sql, sql } from './drizzle.ts'
import type { Query } from './pool.ts'
import { type Raw, toRecord } from './rows.ts'

/** Each time another step of the same verification came in between; there are no more than it has attempts and sends. */
const MAX_TRIES = 30

const NOTHING_MORE = sql``

type Foreseen = { before: VerificationRecord; after: VerificationRecord }

export async function repeatWhileChanged<Outcome>(step: {
  query: Query
  input: { service: string; id: string; idempotency: unknown | null }
  /** The row as the step would leave it; undefined: it will have no effect to keep an answer for. */
  foresee: (
    before: VerificationRecord,
  ) => VerificationRecord | undefined | Promise<VerificationRecord | undefined>
  /** What the function returns beside (kind, fingerprint, answer, v). */
  more?: Sql
  /** The function of the database. */
  call: (foreseen: Foreseen | undefined) => Sql
  /** `record` is what the kept answer says, or where none is kept the row itself. */
  outcome: (row: Raw, record: () => VerificationRecord) => Outcome
  absent: () => Outcome
}): Promise<Outcome> {
  const { query, input } = step
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    let foreseen: Foreseen | undefined
    if (input.idempotency !== null) {
      const [row] = await query<Raw>(
        sql`select * from verification_rows where id = ${input.id} and service = ${input.service}`,
      )
      if (!row) return step.absent()
      const before = toRecord(row)
      const after = await step.foresee(before)
      foreseen = after && { before, after }
    }
    const [row] = await query<Raw>(
      sql`select f.kind as outcome, f.fingerprint, f.answer, ${step.more ?? NOTHING_MORE}(f.v).* from ${step.call(foreseen)} f`,
    )
    if (!row) return step.absent()
    if (row.outcome === 'changed') continue
    return step.outcome(row, () => {
      const { fingerprint: _f, answer: _a, ...rest } = row
      return foreseen?.after ?? toRecord(rest)
    })
  }
  throw new StoreUnavailableError('a verification changed too often while its answer was made')
}
