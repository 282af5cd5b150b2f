// The meanings of fields that many answers share: the document takes them from here where a schema has none.
// It must not be needed to answer a request. A field that has no meaning in either place fails a test.

export type FieldWords = { description?: string; example?: unknown }

const VERIFICATION = 'vrf_0f1q2c8r5b7m4k3n6j9h0g1t2s3v4u5p'
const NOW = '2026-11-23T18:00:00.000Z'

/** By name, or by `owner.name`, which has precedence; the owner is the schema or, further in, the field around it. */
export const FIELD_WORDS: Readonly<Record<string, FieldWords>> = {
  // The verification and its progress.
  id: { description: 'The id, for every further call.', example: VERIFICATION },
  'Delivery.id': {
    description: 'The id of the message.',
    example: 'dlv_0f1q2c8r5b7m4k3n6j9h0g1t2s3v4u5p_1',
  },
  'InboxMessage.id': {
    description: 'The id of the try.',
    example: 'att_0f1q2c8r5b7m4k3n6j9h0g1t2s3v4u5p_1_1',
  },
  reference: {
    description: 'Short, easy to read out, not secret: support finds the case by it.',
    example: 'K7Q-42M',
  },
  'Event.reference': { description: 'Of the verification; null where there is none.' },
  status: { description: 'Its state. Only `pending` can still become `approved`.' },
  'Delivery.status': { description: 'What became of the message.' },
  'Health.status': { description: 'Always `ok`: a process that is not alive answers nothing.' },
  'Problem.status': { description: 'The HTTP status.', example: 429 },
  channel: { description: 'How the code reaches the person.' },
  purpose: { description: 'What the verification is for.', example: 'login' },
  attempts_remaining: { description: 'Guesses that are left.', example: 4 },
  sends_remaining: { description: 'Messages that may still be sent; the first one counts, too.' },
  metadata: { description: 'As given at the start.', example: { request: '8e03978e' } },
  valid: { description: 'Always true: a wrong code is 422.' },
  recovery_codes_remaining: { example: 7 },
  deliveries: { description: 'The messages, oldest first.' },
  provider: {
    description: 'The provider that sends it; null before the first try.',
    example: 'twilio',
  },
  error: { description: 'What went wrong; null where nothing did.' },
  code: { description: 'The provider’s own code, or one of Countersign’s.', example: '30006' },
  message: {
    description: 'The provider’s explanation, shortened, without any part of the message.',
    example: 'Landline or unreachable carrier',
  },
  to: { description: 'The recipient.', example: '+14155552671' },
  subject: { description: 'The login flow’s own id of the user.', example: 'user-8e03978e' },
  code_length: { example: 6 },
  ttl_seconds: { example: 600 },
  cursor: { example: 'eyJjIjoxNzk1NDU2ODAwMDAwfQ' },
  next_cursor: { example: null },
  limit: { description: 'The limit that refused.', example: 20 },
  'Problem.limit': { example: undefined },
  name: { description: 'Its name.', example: 'sends_per_number_burst' },
  max: { description: 'How many it admits in a window.', example: 5 },
  window_seconds: { description: 'How long its window is.', example: 600 },

  created_at: { description: 'When it was created.', example: NOW },
  expires_at: {
    description: 'When its code stops working.',
    example: '2026-11-23T18:10:00.000Z',
  },
  resend_at: { example: '2026-11-23T18:00:30.000Z' },
  queued_at: { description: 'When it was accepted here.', example: NOW },
  sent_at: {
    description: 'When the provider accepted it; null: not yet.',
    example: '2026-11-23T18:00:01.000Z',
  },
  delivered_at: {
    description: 'When it arrived, as reported by the provider; null: no report yet.',
    example: null,
  },
  ended_at: { description: 'When it ended; null: it has not.', example: null },

  // Problems.
  'Problem.type': { example: '/docs#rate_limited' },
  title: { description: 'The same for every problem of its kind.', example: 'Too many requests' },
  'Problem.detail': {
    description: 'What was wrong here, and what to do.',
    example: 'The limit sends_per_number_burst is reached.',
  },
  instance: { example: 'req_0f1q2c8r5b7m4k3n6j9h0g1t2s3v4u5p' },
  field: { description: 'The field, with dots into objects.', example: 'to' },
  detail: { description: 'What is wrong with it.', example: 'is required' },
  retry_after_seconds: { description: 'When to try again, as in Retry-After.', example: 30 },

  // Factors.
  type: { description: 'Its kind.' },
  'Factor.id': { description: 'The id of the factor.' },
  algorithm: { description: 'Of an app; null for recovery codes.' },
  digits: { description: 'Of an app’s code; null for recovery codes.', example: 6 },
  period: { example: 30 },
  secret: { example: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' },
  uri: {
    example:
      'otpauth://totp/Acme:alice%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Acme',
  },
  confirmed_at: { description: 'When its first correct code was entered; null: not yet.' },
  last_used_at: { description: 'When one of its codes was last used; null: never.' },
  svg: { example: '<svg xmlns="http://www.w3.org/2000/svg">…</svg>' },
  png: { example: 'data:image/png;base64,iVBORw0KGgo…' },

  // The event log.
  sequence: {
    description:
      'An increasing number; reading continues from it. Numbers are reused after a restore: a program that remembers one must compare `at` as well.',
    example: 4711,
  },
  verification_id: {
    description: 'The verification that it is about; null where there is none.',
    example: VERIFICATION,
  },
  service: { description: 'The service that it belongs to.', example: 'default' },
  key_id: {
    description: 'The key that made the request; null where there was none.',
    example: 'key_0f1q2c8r5b7m4k3n6j9h0g1t2s3v4u5p',
  },
  client_ip: {
    description: 'The end user’s address; null where none is known, or it was erased.',
    example: '203.0.113.7',
  },
  user_agent: { description: 'The end user’s User-Agent, likewise.', example: 'Mozilla/5.0' },
  details: { description: 'Further details, depending on its type.', example: { channel: 'sms' } },
  'Diagnosis.meaning': {
    description: 'What happened.',
    example: 'The provider twilio accepted the message; it has not reported whether it arrived.',
  },
  'Diagnosis.action': {
    description:
      'What to do; null: nothing. "Send again" means POST /admin/api/verifications/{id}/resend, and appears only for keys that may do it.',
    example: 'Wait a moment. The user checks the signal, the number and blocked senders.',
  },
  next_try_at: { example: null },
  kind: {
    description: '`decoy`: of an account that does not exist; `test`: of TEST_RECIPIENTS.',
  },
  authenticated: { description: 'Whether the person had already passed another factor.' },
  country: { description: 'Of a phone number, ISO 3166-1 alpha-2.', example: 'US' },
  max_attempts: { description: 'Comparisons that it allows.', example: 5 },
  attempts: { description: 'Tries so far.', example: 1 },
  failed: { example: 1 },
  sends: { description: 'Messages so far.', example: 1 },
  max_sends: { description: 'Messages that it allows.', example: 5 },
  send: { example: 1 },
  attempt: { example: 1 },
  duration_ms: { description: 'How long the provider took; null: not known.', example: 184 },
  provider_reference: { example: 'SM2f7a' },

  // People.
  services: { description: 'Each service that the key sees.' },
  limits: { description: 'Each limit of this person.', example: undefined },
  used: { example: 3 },
  full: { description: 'Whether the next one would be refused.' },
  verifications: { description: 'How many.', example: 3 },
  factors: { description: 'How many.', example: 1 },
  suppressions: { description: 'How many.', example: 1 },
  entries: { description: 'How many.', example: 1 },
  events: { description: 'How many.', example: 12 },

  // Health.
  started_at: { description: 'When it started.', example: NOW },
  accepted_at: { description: 'When it last accepted a message; null: not since the start.' },
  ready: { description: 'Whether every check passed.' },
  checks: { description: 'Each part by name.', example: { database: true, worker: true } },
  node: { description: 'The node that answers.' },
  'node.name': { description: 'Host and process.', example: 'web-1, process 7' },
  version: { description: 'Of Countersign.', example: '0.1.0' },
  mode: { description: '`production` or `development`.', example: 'production' },
  store: { description: 'Where verifications are kept.', example: 'SQLite' },
  'node.limits': { description: 'Where limits are counted.', example: 'SQLite' },
  hashing: { description: 'Hashes of this node.' },
  running: { description: 'Being made.', example: 1 },
  waiting: { description: 'In the queue.', example: 0 },
  'hashing.limit': { description: 'Places in the queue; past it the answer is 503.', example: 128 },
  concurrency: { description: 'Made at once.', example: 2 },
  mint: { description: 'Ready-made codes of this node.' },
  'mint.ready': { description: 'In memory now.', example: 256 },
  capacity: { description: 'The maximum.', example: 256 },
  sending: { example: { sms: 1 } },
  due: { description: 'To be sent now.', example: 0 },
  retrying: { description: 'To be tried again later.', example: 0 },
  oldest_due_ms: { description: 'How long the oldest one that is due has waited.', example: 0 },
  count: { description: 'How many.', example: 0 },
  more: { description: 'Whether there are more than were counted.' },
  'providers.name': { description: 'Its name.', example: 'twilio' },
  channels: { description: 'The channels that it serves.' },
  last: { description: 'The newest answer; null: none since the start.' },
  'last.kind': {
    description: '`accepted`, `temporary`, `ambiguous` or `permanent`.',
    example: 'accepted',
  },
  took_ms: { description: 'How long it took.', example: 184 },
  accepted: { description: 'Since the start of this node.', example: 912 },
  refused: { description: 'Since the start of this node.', example: 3 },
  open_verifications: {
    description: 'Open verifications sealed under this key.',
    example: 2,
  },
  group: { description: 'Its heading in the table of settings.', example: 'The process' },
  'settings.name': { description: 'As in the environment.', example: 'PORT' },
  value: { example: '8080' },
  origin: { description: 'Where it comes from.' },

  // The development inbox.
  'InboxMessage.code': { description: 'The code of the message.', example: '482913' },
  'InboxMessage.subject': { description: 'Of a mail; else null.', example: null },
  text: { description: 'The message.', example: '482913 is your Acme code.' },
  at: { description: 'When, RFC 3339, UTC.', example: NOW },
}

/** The fields that the example of a request shows; of other requests those that are required. */
export const EXAMPLE_FIELDS: Readonly<Record<string, readonly string[]>> = {
  StartRequest: ['to', 'purpose', 'session', 'client_ip', 'user_agent'],
  CheckRequest: ['id', 'code', 'purpose', 'session', 'client_ip'],
  ResendRequest: ['channel'],
  ListRequest: ['to', 'limit'],
  LiftRequest: ['to'],
  TotpRequest: ['subject', 'issuer', 'account_name'],
  ConfirmRequest: ['code', 'subject'],
  EventsSearch: ['recipient', 'since', 'limit'],
  AdminVerificationsSearch: ['to', 'since', 'limit'],
  PersonRequest: ['to'],
  SuppressionsSearch: ['to', 'limit'],
}

const START = {
  ...{ to: '+14155552671', purpose: 'login', session: 'b1f3c0de5a6947d2a0b8' },
  client_ip: '203.0.113.7',
}
/** Starts beside the usual one; those of a browser are checked, or continued, by their view token. */
export const START_EXAMPLES = {
  chain: {
    ...{ ...START, authenticated: true, actions: true },
    channels: [{ channel: 'sms', timeout_seconds: 40, blind: true }, 'whatsapp'],
  },
  browser: { ...START, actions: true },
  // By a key with the scope relay.
  own_code: { to: '+14155552671', code: '482913', check: 'elsewhere', client_ip: '203.0.113.7' },
  signed: { ...START, nonce: 'n-0S6_WzA2Mj7qLfT1cQvA' },
} as const
