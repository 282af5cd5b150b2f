// The tables that a move takes along, in the order in which rows may refer to each other.
// It must name every table of the SQLite store: what is missing here would be left behind.

export type Table = {
  name: string
  /** The primary key: the order in which both sides are read. */
  key: readonly string[]
  /** `seq` comes from a sequence that has to go on behind the moved rows. */
  isNumbered: boolean
}

const table = (name: string, key: readonly string[], isNumbered = false): Table => ({
  name,
  key,
  isNumbered,
})

export const TABLES: readonly Table[] = [
  table('api_keys', ['id']),
  table('verifications', ['seq'], true),
  table('codes', ['verification_seq']),
  table('deliveries', ['verification_seq', 'send']),
  table('send_attempts', ['verification_seq', 'send', 'attempt']),
  table('factors', ['seq'], true),
  table('recovery_codes', ['factor_seq', 'selector']),
  table('used_steps', ['subject_index', 'period']),
  table('events', ['seq'], true),
  table('daily_counts', [
    ...['day', 'service', 'channel', 'country'],
    ...['provider', 'status', 'delivery_status', 'kind'],
  ]),
  table('retention_marks', ['name']),
  table('admin_sessions', ['id_hash']),
  table('idempotency_keys', ['service', 'route', 'key_mac']),
]
