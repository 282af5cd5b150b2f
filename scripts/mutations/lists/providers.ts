// The lines that keep C67 and C68: gateways that answer wrongly or late, and unencrypted transports.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const GATEWAY_ANSWERS = 'test/delivery/gateway-answers.test.ts'
const WORKER = 'test/delivery/worker.test.ts'
const PORTS = 'test/storage/sqlite/ports.test.ts'
const STORE = 'test/storage/postgres/store.test.ts'
const GATEWAY_TEMPLATES = 'test/delivery/gateway-templates.test.ts'
const QUOTED_ANSWER = 'test/delivery/quoted-answer.test.ts'

export const PROVIDERS: readonly Mutant[] = [
  mutant(
    'C67.described-throttle',
    'a throttle that the operator has described is not a refusal',
    [GATEWAY_ANSWERS, '200 {"messages":[{"status":"1"}]}'],
    { node: 'BinaryExpression', nth: 2, becomes: `isWhole && rules.idPointer === '-'` },
  ),
  mutant(
    'C67.ambiguous-throttle',
    'the words of a throttle in an answer that may have been an acceptance give no more than three tries',
    [GATEWAY_ANSWERS, 'does not lift the bound of a 504'],
    { node: 'BinaryExpression', nth: 2, becomes: '!isTaken' },
  ),
  mutant(
    'C67.ambiguous-three-tries',
    'a 5xx other than 503, and 408, may have been an acceptance: three tries per send',
    [WORKER, 'C67: 504 may come after an acceptance'],
    { node: 'ReturnStatement', becomes: 'return temporary(...failure, retryAfterMs)' },
  ),
  mutant(
    'C67.same-wording',
    'a message that may have been accepted is repeated with the same words',
    [
      WORKER,
      'C67: a message that may have been accepted states the same minutes again; before and later, the remaining ones',
    ],
    { node: 'BinaryExpression', becomes: 'before !== null && startedAt < before' },
  ),
  mutant(
    'C67.late-wording-fresh',
    'a much later try states the time that is left',
    [
      WORKER,
      'C67: a message that may have been accepted states the same minutes again; before and later, the remaining ones',
    ],
    { node: 'BinaryExpression', nth: 3, becomes: 'startedAt >= before' },
  ),
  mutant(
    'C67.first-wording',
    'the first try that may have gone out is remembered, not the last',
    [PORTS, 'C67: every later try learns the same time since when one may have gone out'],
    {
      file: 'drizzle/sqlite/0007_worded_at.sql',
      find: ' AND old.`worded_at` IS NULL',
      replace: '',
    },
  ),
  mutant(
    'C67.pg-first-wording',
    'PostgreSQL: the first try that may have gone out is remembered, not the last',
    [STORE, 'C67: every later try learns the same time since when one may have gone out'],
    {
      file: 'drizzle/postgres/0015_worded_at.sql',
      find: ' AND OLD.worded_at IS NULL',
      replace: '',
    },
  ),
  mutant(
    'C67.dead-worker',
    'a try whose worker died may have gone out, and is repeated with the same words',
    [PORTS, 'C67: a try whose worker died may have gone out, too'],
    { node: 'NoSubstitutionTemplateLiteral', find: 'sending', replace: 'queued' },
  ),
  mutant(
    'C67.pg-dead-worker',
    'PostgreSQL: a try whose worker died may have gone out, and is repeated with the same words',
    [STORE, 'C67: a try whose worker died may have gone out, too'],
    {
      file: 'drizzle/postgres/0028_messages.sql',
      find: `CASE WHEN d.status = 'sending'`,
      replace: `CASE WHEN d.status = 'queued'`,
    },
  ),
  mutant(
    'C67.bad-header-refused',
    'a header with which no request can be sent stops the start',
    [GATEWAY_TEMPLATES, 'HEADERS {"Content-Length":"10"} stops the start'],
    { node: 'BinaryExpression', becomes: 'own === null' },
  ),
  mutant(
    'C67.template-send-key',
    'an Idempotency-Key in a template is the same for all tries of a send',
    [GATEWAY_TEMPLATES, 'HEADERS {"idempotency-key":"{{delivery_id}}-{{attempt_id}}"}'],
    { node: 'CallExpression', nth: 2, becomes: 'false' },
  ),
  mutant(
    'C67.empty-not-success',
    'an empty answer cannot be described as success',
    [GATEWAY_TEMPLATES, 'SUCCESS OK*| stops the start'],
    { node: 'BinaryExpression', becomes: 'false' },
  ),
  mutant(
    'C67.identity-encoding',
    'answers arrive uncompressed, so that an id in them is found',
    [GATEWAY_ANSWERS, 'no answer is compressed'],
    { node: 'PropertyAssignment', nth: 2, becomes: '' },
  ),
  mutant(
    'C67.array-elements-only',
    'a pointer into an array finds its elements only',
    [GATEWAY_ANSWERS, '/length of an array is not an id'],
    { node: 'BinaryExpression', becomes: 'false && !/^(0|[1-9]\\d*)$/.test(key)' },
  ),
  mutant(
    'C67.text-answer-reason',
    'the reason of a gateway that answers in plain text is its answer',
    [GATEWAY_ANSWERS, 'of a text gateway, 200 "-4", is its answer'],
    { node: 'ReturnStatement', becomes: 'return null' },
  ),
  mutant(
    'C67.unstorable-id-dropped',
    'an id that no store accepts is dropped: its result could not be written',
    [QUOTED_ANSWER, 'C67: an id with control characters or halves of characters'],
    { node: 'PrefixUnaryExpression', becomes: 'true' },
  ),
  mutant(
    'I7.short-number-trace',
    'a number of six digits or fewer is found without its country code',
    [QUOTED_ANSWER, 'C30: a text that names the recipient in another spelling'],
    { node: 'CallExpression', becomes: '[]' },
  ),
  mutant(
    'I7.untagged-address-trace',
    'an address is found without its tag and its quotes',
    [QUOTED_ANSWER, 'C30: a text that names the recipient in another spelling'],
    {
      node: 'ReturnStatement',
      becomes: "return [...new Set([local, local, local.replace(/(?<=.)\\+.*$/s, '')])]",
    },
  ),
  mutant(
    'I7.idn-domain-trace',
    'an address is found with its domain in readable form',
    [QUOTED_ANSWER, 'C30: nothing is left of an address'],
    { node: 'CallExpression', nth: 2, becomes: 'domain' },
  ),
  mutant(
    'C67.untaken-until-deadline',
    '503, 425 and 429 were not accepted, and are bounded by time alone',
    [WORKER, 'C67: 503, 425 and 429 were not accepted: no bound but the time'],
    { node: 'NewExpression', becomes: 'new Set([425, 429])' },
  ),
  mutant(
    'C67.stable-idempotency-key',
    'every try of a send has one Idempotency-Key',
    [WORKER, 'C67: 504 may come after an acceptance'],
    { node: 'PropertyAssignment', becomes: `'idempotency-key': message.tryId` },
  ),
  mutant(
    'C67.success-value-match',
    'a value other than that of success is a refusal, whatever the status',
    [GATEWAY_ANSWERS, '{"success":"/status=0"}'],
    { node: 'ReturnStatement', becomes: `return 'yes'` },
  ),
  mutant(
    'C67.success-value-required',
    'an answer without the field that means success confirms nothing',
    [GATEWAY_ANSWERS, '{"success":"/messages/0/status=0"}'],
    { node: 'IfStatement', becomes: `if (found === undefined) return 'yes'` },
  ),
  mutant(
    'C67.id-required',
    'an answer without the expected id is not a success',
    [GATEWAY_ANSWERS, 'an expected id that is missing in {}'],
    { node: 'ReturnStatement', becomes: 'return verdict' },
  ),
  mutant(
    'C67.error-in-200',
    'an error within a 200 is a refusal',
    [GATEWAY_ANSWERS, '{"error":"insufficient balance"} with a pointer to its error'],
    { node: 'ParenthesizedExpression', becomes: 'false' },
  ),
  mutant(
    'C67.twilio-answer-shape',
    'a 2xx that is not Twilio’s own answer confirms nothing',
    ['test/delivery/twilio.test.ts', 'C67: 200 with'],
    { node: 'BinaryExpression', becomes: 'reference !== null || answer.status !== 0' },
  ),
  mutant(
    'C67.placeholder-known',
    'an unknown placeholder stops the start',
    [GATEWAY_TEMPLATES, 'a placeholder mistyped stops the start'],
    { node: 'IfStatement', becomes: 'return' },
  ),
  mutant(
    'C67.valid-json-body',
    'a body that would be broken JSON stops the start',
    [GATEWAY_TEMPLATES, 'a value outside of quotes stops the start'],
    { node: 'IfStatement', becomes: 'return' },
  ),
  mutant(
    'C67.fixed-host',
    'no value of a message chooses the host that receives it',
    [GATEWAY_TEMPLATES, 'URL https://{{to}}/send stops the start'],
    { node: 'BinaryExpression', becomes: 'false' },
  ),
  mutant(
    'C30.number-grouping-trace',
    'a number within a provider’s id is found in any grouping and without its country',
    [QUOTED_ANSWER, 'C30: an id "acc-4155552671" is dropped'],
    { node: 'CallExpression', becomes: 'bare' },
  ),
  mutant(
    'C30.grouped-code-trace',
    'a code within a provider’s id is found in groups',
    [QUOTED_ANSWER, 'C30: an id "m123-456" is dropped'],
    { node: 'VariableStatement', becomes: 'const MAX_CODE_GAP = 0' },
  ),
  mutant(
    'C30.decoded-answer-check',
    'a provider’s answer is also checked in its decodings',
    [QUOTED_ANSWER, 'C30: an id "c=%31%32%33%34%35%36" is dropped'],
    { node: 'PropertyAccessExpression', becomes: '[text].some' },
  ),
  mutant(
    'C30.masked-gateway-reason',
    'recipient and code are masked in a gateway’s reason',
    [GATEWAY_ANSWERS, 'holds nothing of the message'],
    { node: 'PrefixUnaryExpression', becomes: 'reason !== QUOTED' },
  ),
  mutant(
    'C30.quoting-reason-dropped',
    'a reason that contains a piece of the text is dropped',
    [GATEWAY_ANSWERS, 'holds nothing of the message'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C67.json-bom-trimmed',
    'an object is read even behind a byte order mark and line ends',
    ['test/delivery/http.test.ts', 'reads the id at'],
    { node: 'RegularExpressionLiteral', becomes: '/^[{[]/' },
  ),
]
