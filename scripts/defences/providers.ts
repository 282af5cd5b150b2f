// The lines that keep C67 and C68: gateways that answer wrongly or late, and transports in clear.
// It must name for each the fastest test that sees it.

import { type Defence, row } from './defence.ts'

const HTTP_CLIENT = 'src/delivery/http-client.ts'
const ANSWER = 'src/delivery/providers/http/answer.ts'
const HTTP = 'src/delivery/providers/http/http.ts'
const RULES = 'src/delivery/gateway-rules.ts'
const QUOTED = 'src/delivery/quoted-answer.ts'
const TRACES = 'src/delivery/traces.ts'
const TEMPLATES = { file: 'test/delivery/gateway-templates.test.ts' }
const ANSWERS = { file: 'test/delivery/gateway-answers.test.ts' }
const QUOTES = { file: 'test/delivery/quoted-answer.test.ts' }
const WORKER = { file: 'test/delivery/worker.test.ts' }
const PORTS = { file: 'test/storage/sqlite/ports.test.ts' }
const POSTGRES = { file: 'test/storage/postgres/store.test.ts' }
const SAME_WORDS = 'C67: what may have been taken says the same minutes again'
const SINCE_WHEN = 'C67: says since when a try may have gone out'

export const PROVIDERS: readonly Defence[] = [
  row(
    'C67',
    'a throttle that the operator has described is no refusal',
    {
      file: ANSWER,
      find: 'isWhole && !isTaken &&',
      replace: "isWhole && rules.idPointer === '-' &&",
    },
    { ...ANSWERS, title: '200 {"messages":[{"status":"1"}]}' },
  ),
  row(
    'C67',
    'words of a throttle in an answer that may have been an acceptance give no more than three tries',
    { file: ANSWER, find: 'if (isWhole && !isTaken', replace: 'if (!isTaken' },
    { ...ANSWERS, title: 'does not unbind a 504' },
  ),
  row(
    'C67',
    'a 5xx other than 503, and 408, may have been taken: three tries a send',
    {
      file: HTTP_CLIENT,
      find: "return { kind: 'ambiguous', error }",
      replace: "return { kind: 'temporary', error, retryAfterMs }",
    },
    { ...WORKER, title: 'C67: 504 may come after the message was taken' },
  ),
  row(
    'C67',
    'a message that may have been taken says the same again',
    {
      file: 'src/delivery/message.ts',
      find: 'before !== null && startedAt - before <= SAME_WORDS_MS',
      replace: 'before !== null && startedAt < before',
    },
    { ...WORKER, title: SAME_WORDS },
  ),
  row(
    'C67',
    'what comes much later says what is left',
    {
      file: 'src/delivery/message.ts',
      find: 'startedAt - before <= SAME_WORDS_MS',
      replace: 'startedAt >= before',
    },
    { ...WORKER, title: SAME_WORDS },
  ),
  row(
    'C67',
    'the first try that may have gone out is remembered, not the last',
    {
      file: 'drizzle/sqlite/0007_worded_at.sql',
      find: ' AND old.`worded_at` IS NULL',
      replace: '',
    },
    { ...PORTS, title: SINCE_WHEN },
  ),
  row(
    'C67',
    'PostgreSQL: the first try that may have gone out is remembered, not the last',
    {
      file: 'drizzle/postgres/0015_worded_at.sql',
      find: ' AND OLD.worded_at IS NULL',
      replace: '',
    },
    { ...POSTGRES, title: SINCE_WHEN },
  ),
  row(
    'C67',
    'a try whose worker died may have gone out, and is said again',
    {
      file: 'src/storage/sqlite/outbox-rows.ts',
      find: "deliveries.status = 'sending' then",
      replace: "deliveries.status = 'queued' then",
    },
    { ...PORTS, title: 'C67: a try whose worker died may have gone out, too' },
  ),
  row(
    'C67',
    'PostgreSQL: a try whose worker died may have gone out, and is said again',
    {
      file: 'drizzle/postgres/0015_worded_at.sql',
      find: "CASE WHEN d.status = 'sending'",
      replace: "CASE WHEN d.status = 'queued'",
    },
    { ...POSTGRES, title: 'C67: a try whose worker died may have gone out, too' },
  ),
  row(
    'C67',
    'a header that lets no request out stops the start',
    { file: RULES, find: 'if (own !== undefined)', replace: 'if (own === null)' },
    { ...TEMPLATES, title: 'HEADERS {"Content-Length":"10"} stops the start' },
  ),
  row(
    'C67',
    'the Idempotency-Key of a template is one for each send',
    { file: RULES, find: "names.includes('attempt_id')", replace: 'false' },
    { ...TEMPLATES, title: 'HEADERS {"idempotency-key":"{{delivery_id}}-{{attempt_id}}"}' },
  ),
  row(
    'C67',
    'an empty answer is described as success by nobody',
    { file: RULES, find: "pattern.trim() === ''", replace: 'false' },
    { ...TEMPLATES, title: 'SUCCESS OK*| stops the start' },
  ),
  row(
    'C67',
    'answers come uncompressed, so that an id in them is found',
    { file: HTTP_CLIENT, find: ", 'accept-encoding': 'identity'", replace: '' },
    { ...ANSWERS, title: 'no answer is compressed' },
  ),
  row(
    'C67',
    'a pointer into an array names its elements alone',
    { file: ANSWER, find: 'Array.isArray(value) &&', replace: 'false &&' },
    { ...ANSWERS, title: '/length of an array is no id' },
  ),
  row(
    'C67',
    'the reason of a gateway that answers in text is its answer',
    { file: ANSWER, find: 'return isText ? readReason(body) : null', replace: 'return null' },
    { ...ANSWERS, title: 'of a text gateway, 200 "-4", is its answer' },
  ),
  row(
    'C67',
    'an id that no store takes is none: its result could not be written',
    { file: QUOTED, find: '!NOT_OF_AN_ID.test(reference)', replace: 'true' },
    { ...QUOTES, title: 'C67: an id with controls' },
  ),
  row(
    'I7',
    'a number of six digits and fewer is found without its country code',
    { file: TRACES, find: 'codesIn(digits, national)', replace: '[]' },
    { ...QUOTES, title: 'C30: what names the recipient in another spelling' },
  ),
  row(
    'I7',
    'an address is found without its tag and its quotes',
    { file: TRACES, find: 'new Set([local, bare, bare', replace: 'new Set([local, local, local' },
    { ...QUOTES, title: 'C30: what names the recipient in another spelling' },
  ),
  row(
    'I7',
    'an address is found with its domain as people read it',
    { file: TRACES, find: 'domainToUnicode(domain)', replace: 'domain' },
    { ...QUOTES, title: 'C30: nothing is left of an address' },
  ),
  row(
    'C67',
    '503, 425 and 429 were not taken, and are bounded by time alone',
    { file: HTTP_CLIENT, find: 'new Set([425, 429, 503])', replace: 'new Set([425, 429])' },
    { ...WORKER, title: 'C67: 503, 425 and 429 were not taken' },
  ),
  row(
    'C67',
    'every try of a send has one Idempotency-Key',
    {
      file: HTTP,
      find: "'idempotency-key': message.deliveryId",
      replace: "'idempotency-key': message.attemptId",
    },
    { ...WORKER, title: 'C67: 504 may come after the message was taken' },
  ),
  row(
    'C67',
    'another value than that of success is a refusal, whatever the status',
    { file: ANSWER, find: "return pointer === null ? 'unclear' : 'no'", replace: "return 'yes'" },
    { ...ANSWERS, title: '{"success":"/status=0"}' },
  ),
  row(
    'C67',
    'nothing where success should stand confirms nothing',
    {
      file: ANSWER,
      find: "if (found === undefined) return 'unclear'",
      replace: "if (found === undefined) return 'yes'",
    },
    { ...ANSWERS, title: '{"success":"/messages/0/status=0"}' },
  ),
  row(
    'C67',
    'an id that is looked for and not found is no success',
    {
      file: ANSWER,
      find: '  return NOT_CONFIRMED\n}',
      replace: '  return verdict\n}',
    },
    { ...ANSWERS, title: 'an id that is looked for and not found in {}' },
  ),
  row(
    'C67',
    'an error within a 200 is a refusal',
    { file: ANSWER, find: "(success === 'unsaid' && reason !== null)", replace: 'false' },
    { ...ANSWERS, title: '{"error":"insufficient balance"} with a pointer to its error' },
  ),
  row(
    'C67',
    'a 2xx that is not Twilio’s own answer confirms nothing',
    {
      file: 'src/delivery/providers/twilio.ts',
      find: 'if (reference !== null || status === CREATED)',
      replace: 'if (reference !== null || status !== null)',
    },
    { file: 'test/delivery/twilio.test.ts', title: 'C67: 200 with' },
  ),
  row(
    'C67',
    'a placeholder that nobody fills stops the start',
    { file: RULES, find: 'if (unknown === undefined) return', replace: 'return' },
    { ...TEMPLATES, title: 'a placeholder mistyped stops the start' },
  ),
  row(
    'C67',
    'a body that would be broken JSON stops the start',
    { file: RULES, find: 'if (!isJson(contentType)) return', replace: 'return' },
    { ...TEMPLATES, title: 'a value outside of quotes stops the start' },
  ),
  row(
    'C67',
    'no value of a message chooses the host that it goes to',
    {
      file: RULES,
      find: "originOf(url, 'a.example') !== originOf(url, 'b.example')",
      replace: 'false',
    },
    { ...TEMPLATES, title: 'URL https://{{to}}/send stops the start' },
  ),
  row(
    'C30',
    'a number within a provider’s id is found in any grouping and without its country',
    { file: TRACES, find: 'bare.slice(-TELLING_DIGITS)', replace: 'bare' },
    { ...QUOTES, title: 'C30: an id "acc-4155552671" is dropped' },
  ),
  row(
    'C30',
    'a code within a provider’s id is found in groups',
    { file: TRACES, find: 'const MAX_CODE_GAP = 3', replace: 'const MAX_CODE_GAP = 0' },
    { ...QUOTES, title: 'C30: an id "m123-456" is dropped' },
  ),
  row(
    'C30',
    'what a provider answers is looked at in its decodings, too',
    { file: QUOTED, find: 'return decodings(text).some(\n', replace: 'return [text].some(\n' },
    { ...QUOTES, title: 'C30: an id "c=%31%32%33%34%35%36" is dropped' },
  ),
  row(
    'C30',
    'of a gateway’s reason the recipient and the code are masked',
    {
      file: QUOTED,
      find: 'if (!quotesSecret(reason, message))',
      replace: 'if (reason !== QUOTED)',
    },
    { ...ANSWERS, title: 'holds nothing of the message' },
  ),
  row(
    'C30',
    'a reason that holds a piece of the text is not kept',
    { file: QUOTED, find: '  if (quotesText(reason, message)) return QUOTED\n', replace: '' },
    { ...ANSWERS, title: 'holds nothing of the message' },
  ),
  row(
    'C67',
    'an object is read behind a byte order mark and line ends, too',
    { file: ANSWER, find: '/^\\s*[{[]/', replace: '/^[{[]/' },
    { file: 'test/delivery/http.test.ts', title: 'reads the id at' },
  ),
]
