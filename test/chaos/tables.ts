// Reads what the database holds at the end, as the checker needs it.
// It must not go through the service: what it would hide is what is looked for.

import pg from 'pg'

export type VerificationRow = {
  id: string
  status: string
  attempts: number
  failed: number
  sends: number
  /** Which requests share a budget: recipient and kind of start. */
  budget: string
  clientIp: string | null
  /** `metadata.request`: the logical request that made it. */
  request: string
  script: string
  createdAt: number
  expiresAt: number
  lastAttemptAt: number | null
  endedAt: number | null
  hasCode: boolean
}
export type DeliveryRow = {
  verification: string
  /** Under 0: a step of a chain that did not go out. */
  send: number
  status: string
  dueAt: number | null
  queuedAt: number
}
export type SendTryRow = {
  verification: string
  send: number
  tryNumber: number
  provider: string
  startedAt: number
  /** What its own worker wrote down, whether or not it was fenced; null where it never came so far. */
  durationMs: number | null
  result: string | null
  /** What its provider reported at last. */
  receipt: string | null
}
export type EventRow = {
  seq: number
  at: number
  type: string
  verification: string | null
  details: Record<string, unknown>
}
export type Tables = {
  verifications: readonly VerificationRow[]
  deliveries: readonly DeliveryRow[]
  sendTries: readonly SendTryRow[]
  events: readonly EventRow[]
}

const VERIFICATIONS = `select v.id, v.status, v.attempts, v.failed, v.sends,
  encode(v.budget_index, 'hex') || v.authenticated as budget, v.client_ip as "clientIp",
  v.metadata->>'request' as request, v.metadata->>'script' as script, v.created_at as "createdAt",
  v.expires_at as "expiresAt", v.last_attempt_at as "lastAttemptAt", v.ended_at as "endedAt",
  c.verification_seq is not null as "hasCode"
  from verifications v left join codes c on c.verification_seq = v.seq order by v.seq`

const ofVerification = (table: string, columns: string) =>
  `select v.id as verification, ${columns} from ${table} t join verifications v on v.seq = t.verification_seq`

const DELIVERIES = ofVerification(
  'deliveries',
  't.send, t.status, t.due_at as "dueAt", t.queued_at as "queuedAt"',
)
const SEND_TRIES = ofVerification(
  'send_attempts',
  't.send, t.attempt as "tryNumber", t.provider, t.started_at as "startedAt", t.duration_ms as "durationMs", t.result, t.receipt',
)
const EVENTS = `select e.seq, e.at, e.type, e.details, v.id as verification
  from events e left join verifications v on v.seq = e.verification_seq order by e.seq`

const INT8 = 20

export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>) {
  pg.types.setTypeParser(INT8, Number)
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

export function readTables(url: string): Promise<Tables> {
  return withClient(url, async (client) => {
    const rows = async <Row>(text: string) => (await client.query(text)).rows as Row[]
    return {
      verifications: await rows<VerificationRow>(VERIFICATIONS),
      deliveries: await rows<DeliveryRow>(DELIVERIES),
      sendTries: await rows<SendTryRow>(SEND_TRIES),
      events: await rows<EventRow>(EVENTS),
    }
  })
}
