// A slice of the newest tries, as both engines read it.

import type { RecentTries, RecentTry } from '../admin/ports.ts'

export type RecentRow = {
  [Field in keyof Omit<RecentTry, 'recipient'>]: RecentTry[Field] | null
} & {
  seq: number
  createdAt: number
  kind: string
  budgetIndex: Uint8Array
}

/** @param rows of verifications newest first, one without tries included; @param limit of verifications */
export function toRecentTries(rows: readonly RecentRow[], limit: number): RecentTries {
  const tries = rows.flatMap((row): RecentTry[] => {
    const { channel, provider, startedAt, status } = row
    if (row.kind !== 'real' || !channel || !provider || startedAt === null || !status) return []
    const { country, result, fault, receipt, receiptAt, checkedBy, outcome } = row
    const recipient = Buffer.from(row.budgetIndex).toString('base64')
    return [
      {
        channel,
        provider,
        country,
        recipient,
        startedAt,
        status,
        checkedBy,
        outcome,
        result,
        fault,
        receipt,
        receiptAt,
      },
    ]
  })
  const last = rows.at(-1)
  const isLast = new Set(rows.map(({ seq }) => seq)).size < limit
  return { tries, before: isLast || !last ? null : last.seq, createdAt: last?.createdAt ?? 0 }
}
