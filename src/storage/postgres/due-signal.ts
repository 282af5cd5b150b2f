// Wakes the workers of other nodes: LISTEN on a connection of its own, NOTIFY coalesced and outside of any transaction.
// (Inside each start's transaction it serialised commits: 9,000 a second became 2,750, as measured.)
// It must not be relied on: every worker also checks on its own.

import { randomUUID } from 'node:crypto'
import { connectionOf, type Pooler } from '../../kernel/postgres.ts'
import type { DueSignal } from '../store.ts'
import { pg, sql } from './drizzle.ts'
import type { Query } from './pool.ts'

const CHANNEL = 'countersign_due'
/** Twenty a second from a node at the most. */
const ANNOUNCE_EVERY_MS = 50
const RECONNECT_MS = 1_000

export type RunningDueSignal = DueSignal & { close(): Promise<void> }

type Listening = { url: string; pooler?: Pooler | undefined }

function createListening({ url, pooler }: Listening, onNotified: (from: string) => void) {
  let client: import('pg').Client | undefined
  let timer: NodeJS.Timeout | undefined
  let isClosed = false
  const later = () => {
    client = undefined
    if (isClosed) return
    clearTimeout(timer)
    timer = setTimeout(() => void connect(), RECONNECT_MS)
    timer.unref()
  }
  const connect = async () => {
    const made = new pg.Client(connectionOf({ url, pooler, name: 'countersign listen' }))
    client = made
    made.on('notification', ({ payload }) => onNotified(payload ?? ''))
    made.on('error', () => {})
    made.on('end', later)
    try {
      await made.connect()
      await made.query(`listen ${CHANNEL}`)
    } catch {
      // Its end, if it ever began, tries again; a connection that was never made has none.
      await made.end().catch(() => {})
      later()
    }
  }
  void connect()
  return async () => {
    isClosed = true
    clearTimeout(timer)
    await client?.end().catch(() => {})
  }
}

export function startDueSignal(listening: Listening, query: Query): RunningDueSignal {
  const self = randomUUID()
  const listeners: (() => void)[] = []
  const close = createListening(listening, (from) => {
    if (from !== self) for (const listener of listeners) listener()
  })
  let timer: NodeJS.Timeout | undefined
  return {
    announce() {
      timer ??= setTimeout(() => {
        timer = undefined
        void query(sql`select pg_notify(${CHANNEL}, ${self})`).catch(() => {})
      }, ANNOUNCE_EVERY_MS).unref()
    },
    onAnnounced: (listener) => void listeners.push(listener),
    async close() {
      clearTimeout(timer)
      await close()
    },
  }
}
