// What both engines know of counts: the place as its row has it, and the columns that are added up.

import { ANSWERS, type CountPlace, RECEIPTS, STAGES } from '../counts/ports.ts'

export const START: CountPlace = { sequence: 0, at: 0, version: 0, awaited: [] }

export const SUMS = {
  tallies: STAGES,
  costs: ['messages', 'parts', 'micros'],
  times: ['n'],
} as const
/** Beside group, dimension and value. */
export const GROUPED_BY = { tallies: [], costs: ['currency'], times: ['kind', 'bucket'] } as const
export const TABLE_OF = { tallies: 'counts', costs: 'count_costs', times: 'count_times' } as const
export type CountTable = keyof typeof TABLE_OF
export const COUNT_TABLES = Object.keys(TABLE_OF) as CountTable[]

/** In the order of a row of the primary key. */
export const COUNT_KEY = ['level', 'at', 'service', 'dimension', 'value'] as const

/** `kind`, `n` and the like in order, behind a prefix. */
export const columnsOf = (table: CountTable): string[] => [
  ...COUNT_KEY,
  ...GROUPED_BY[table],
  ...SUMS[table],
]

export function readAwaited(text: string): number[] {
  return text === '' ? [] : text.split(',').map(Number)
}

/** Types of events that may say what a try cost. */
export const PRICED = [...ANSWERS, ...RECEIPTS] as const
/** Types of events that end a verification: their row is of the newest try. */
export const ENDINGS = [
  'verification.approved',
  'verification.canceled',
  'verification.expired',
  'verification.max_attempts_reached',
  'verification.closed',
] as const
/** Those whose details name a message and not its channel. */
export const OF_A_MESSAGE = ['delivery.sent', 'delivery.retrying', 'delivery.failed'] as const
