// The lines that keep I7: where the code never lies, and when it is erased.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const VERIFICATION_STORE = 'test/storage/sqlite/verification-store.test.ts'
const PORTS = 'test/storage/sqlite/ports.test.ts'
const LOGGER = 'test/kernel/logger.test.ts'
const LOG_ERROR = 'test/kernel/log-error.test.ts'

export const SECRETS: readonly Mutant[] = [
  mutant(
    'I7.end-erases-secrets',
    'the end of a verification erases hash and sealed code',
    [VERIFICATION_STORE, 'ends with the last wrong one, erases hash and code, and logs it'],
    { node: 'PropertyAssignment', becomes: 'ends: false' },
  ),
  mutant(
    'I7.last-send-erases',
    'the last possible send erases the sealed code',
    [PORTS, 'the sealed code goes with the last possible send'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'I7.sweep-sealed-code',
    'a sealed code that nobody can send any more is erased by the sweeper',
    [VERIFICATION_STORE, 'sweep erases a sealed code that cannot be sent any more'],
    { node: 'ForOfStatement', becomes: '' },
  ),
  mutant(
    'I7.wal-truncate',
    'erased data leaves the write-ahead log, too',
    [
      'test/storage/sqlite/two-connections.test.ts',
      'C37: after the end and a sweep, hash and sealed code are nowhere',
    ],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'I7.quoting-id-dropped',
    'an id that quotes the message is dropped',
    ['test/delivery/quoted-answer.test.ts', 'C30: an id "123456" is dropped'],
    { node: 'PrefixUnaryExpression', becomes: 'message.code !== reference.slice(99)' },
  ),
  mutant(
    'I7.answer-screened',
    'each answer of a provider is screened before it is stored',
    ['test/delivery/worker-silence.test.ts', 'C30: an error that quotes the message is not stored'],
    { node: 'ReturnStatement', becomes: 'return { result, parts }' },
  ),
  mutant(
    'I7.prepare-error-dropped',
    'an error thrown while a message was prepared is not stored',
    [PORTS, 'C22: a plan that throws fails its row only, and the error is not stored'],
    {
      node: 'CatchClause',
      becomes: `catch (error) {
    return { kind: 'fail', error: { ...UNPLANNED, message: String(error) } }
  }`,
    },
  ),
  mutant(
    'I7.redact-deep-keys',
    'the log hides values under sensitive keys, at every depth',
    [LOGGER, 'is hidden under the key code at every depth'],
    {
      node: 'ReturnStatement',
      becomes: 'return plainKey === HIDDEN ? [] : [cleanText(key), clean(item, depth + 1)]',
    },
  ),
  mutant(
    'I7.error-digits-cut',
    'the log cuts digits out of the message of an error',
    [LOGGER, 'a code does not pass in the message of an error, in any grouping'],
    { node: 'CallExpression', becomes: 'clean.text(text)' },
  ),
  mutant(
    'C69.system-error-details',
    'the log shows port and errno of a system error, which an operator needs',
    [LOG_ERROR, 'C69: a refused connection is logged with address and port'],
    {
      node: 'ArrowFunction',
      becomes: '(part) => (kept.includes(part) ? cover(part) : cover(part))',
    },
  ),
  mutant(
    'I7.error-code-hidden',
    'a number that a stranger gives as an error’s code is hidden',
    [LOG_ERROR, 'C30: a number that a stranger gives as error.code is hidden'],
    { node: 'CallExpression', becomes: 'clean.text(code)' },
  ),
  mutant(
    'I7.encryption',
    'a sealed value reveals nothing of its content',
    ['test/kernel/keyring.test.ts', 'never seals the same twice alike, and shows nothing of it'],
    { node: 'VariableStatement', becomes: `const body = Buffer.from(plaintext, 'utf8')` },
  ),
  mutant(
    'I7.sealed-response',
    'a response stored under an Idempotency-Key is sealed: it holds the recipient',
    ['test/e2e/c38-idempotency.test.ts', 'nothing stored is in plaintext'],
    {
      node: 'CallExpression',
      becomes: 'Buffer.from(JSON.stringify({ ...answer, budgets: [] }))',
    },
    {
      at: 'I7.sealed-response.2',
      node: 'CallExpression',
      nth: 2,
      becomes: 'Buffer.from(stored.answer).toString()',
    },
  ),
  mutant(
    'I7.secure-delete',
    'erased data is overwritten in the file',
    ['test/storage/sqlite/open.test.ts', 'sets WAL, FULL, foreign keys'],
    { node: 'ExpressionStatement', becomes: `client.pragma('secure_delete = OFF')` },
  ),
  mutant(
    'C69.own-sentence-whole',
    'the log shows our own message about a setting or a file in full',
    [LOG_ERROR, 'C69: our own sentence at start is whole'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C69.sqlstate-logged',
    'the log shows PostgreSQL’s own state, which is often all digits',
    [LOG_ERROR, 'and PostgreSQL’s state'],
    {
      node: 'ConditionalExpression',
      becomes: "code === '' ? code : clean.text(code.replace(/\\d{4,}/g, clean.hidden))",
    },
  ),
]
