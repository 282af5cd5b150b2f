// The lines that keep the commands of an operator harmless, and their answers true.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const DOCTOR = 'test/commands/doctor.test.ts'
const WRONG_WORDS = 'test/commands/wrong-words.test.ts'
const MAIL_DOMAIN = 'test/commands/mail-domain.test.ts'
const SEND_TEST = 'test/commands/provider-test.test.ts'

export const COMMANDS: readonly Mutant[] = [
  mutant(
    'C71.doctor-never-ambiguous',
    'doctor, which sends no message, does not report that one may have gone out',
    [DOCTOR, 'C71: a server that is not there'],
    { node: 'CallExpression', becomes: `NO_ANSWER.has('')` },
  ),
  mutant(
    'C71.dns-port-refused',
    'a name server with an invalid port is refused with a clear message',
    [WRONG_WORDS, '["doctor","--dns-server","127.0.0.1:65536"]'],
    { node: 'BinaryExpression', becomes: '(isIPv6(v6) || isIPv4(v4)) && Number(port) >= 1 ' },
  ),
  mutant(
    'C71.doctor-setting-lines',
    'doctor reports each wrong setting on a line of its own',
    [DOCTOR, 'wrong settings end it with 78, each named'],
    { node: 'VariableStatement', becomes: `const faults = [[first, ...rest].join(' ')]` },
  ),
  mutant(
    'C71.words-before-store',
    'wrong arguments of refusals are reported before a store is opened',
    [
      'test/commands/refusals.test.ts',
      'C71: wrong arguments are reported before a store is opened',
    ],
    { node: 'ExpressionStatement', becomes: 'if (readFilter === undefined) readLimit(given)' },
    { at: 'C71.words-before-store.2', node: 'ExpressionStatement', becomes: '' },
  ),
  mutant(
    'C71.one-line-usage',
    'a mistake on the command line gets one line and the usage of that command',
    [WRONG_WORDS, '["keys","create","--scope","--json"]'],
    { node: 'TemplateMiddle', nth: 2, find: 'n$', replace: 'n\\n$' },
  ),
  mutant(
    'C71.option-once',
    'an option given twice is refused: one of them would be lost',
    [WRONG_WORDS, '["keys","create","--name","a","--name","b"]'],
    { node: 'ExpressionStatement', becomes: '' },
  ),
  mutant(
    'C71.doctor-sends-nothing',
    'doctor requests nothing from a gateway that could send',
    [DOCTOR, 'everything right: exit code 0, a line for each check'],
    { node: 'PropertyAssignment', becomes: 'method, url, headers: {}' },
    { node: 'ShorthandPropertyAssignment', becomes: '' },
    { node: 'PropertyAssignment', nth: 2, becomes: '' },
  ),
  mutant(
    'C71.doctor-smtp-login',
    'doctor finds a mail server’s refusal of the log-in without a message',
    [DOCTOR, 'a wrong password is found without a message'],
    { node: 'VariableStatement', becomes: '' },
    { at: 'C71.doctor-smtp-login.2', node: 'ExpressionStatement', becomes: '' },
  ),
  mutant(
    'C71.doctor-twilio-suspended',
    'doctor distinguishes a suspended Twilio account from one that sends',
    [DOCTOR, 'suspended'],
    { node: 'BinaryExpression', becomes: `status === 'closed'` },
  ),
  mutant(
    'C71.doctor-clock-skew',
    'doctor compares the clock with the provider’s',
    [DOCTOR, 'a provider whose clock is off by 90 s'],
    { node: 'ExpressionStatement', becomes: 'progress.wallMs = null' },
  ),
  mutant(
    'C71.doctor-no-create',
    'doctor creates nothing in a database without a store',
    [DOCTOR, 'C71: PostgreSQL without a store is reported, and stays without one'],
    {
      node: 'VariableDeclarationList',
      becomes: `await client.query('create table schema_version (version int, oldest_usable int)')
      const { version: schema } = await readState((text) => client.query(text))`,
    },
  ),
  mutant(
    'C71.dns-outage-distinct',
    'an unavailable name server is not mistaken for a missing record',
    [MAIL_DOMAIN, 'C71: a silent name server is distinguished from a missing record'],
    {
      node: 'ReturnStatement',
      becomes: 'return ABSENT.size > 0 ? { records: [] } : { away: code }',
    },
  ),
  mutant(
    'C71.double-spf-invalid',
    'two SPF records count as none (RFC 7208 §4.5)',
    [MAIL_DOMAIN, 'SPF'],
    { node: 'BinaryExpression', becomes: `second === 'never'` },
  ),
  mutant(
    'C71.test-message-codeless',
    'a test message says that it is one, and contains no code',
    [
      SEND_TEST,
      'C71: by mail: marked in subject and text, without a code; no store is needed or created',
    ],
    {
      node: 'TemplateTail',
      find: 'It contains no code, and you do not need to do anything',
      replace: '${NO_CODE} is your code',
    },
  ),
  mutant(
    'C71.test-answer-masked',
    'a provider’s answer to a test message is shown without the recipient',
    [SEND_TEST, 'a mail server that refuses'],
    { node: 'VariableStatement', becomes: 'const { to } = wanted' },
  ),
  mutant(
    'C71.stray-word-refused',
    'an unexpected argument of a command is refused',
    [WRONG_WORDS, 'unexpected arguments'],
    {
      node: 'IfStatement',
      becomes: 'if (extra === \'\') throw new UsageError(`unexpected argument "${extra}"`)',
    },
  ),
  mutant(
    'C71.doctor-exit-78',
    'doctor exits with 78 where the settings are wrong',
    [DOCTOR, 'wrong settings end it with 78, each named'],
    { node: 'ReturnStatement', becomes: 'return EXIT.failed' },
  ),
  mutant(
    'C71.doctor-unusable-file',
    'doctor reports an unusable file',
    [DOCTOR, 'a directory in the place of the database'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C71.doctor-damaged-store',
    'doctor reports a damaged database',
    [DOCTOR, 'a database that lost a page, and still opens'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C71.spf-pass-all',
    'doctor reports an SPF record that lets everybody send',
    [MAIL_DOMAIN, 'C71: SPF ["v=spf1 +all"]'],
    { node: 'CallExpression', becomes: `record === ''` },
  ),
  mutant(
    'C71.dkim-key-revoked',
    'doctor reports a revoked DKIM key (RFC 6376 §3.6.1)',
    [MAIL_DOMAIN, 'C71: DKIM v=DKIM1; p='],
    { node: 'CallExpression', becomes: `record === ''` },
  ),
  mutant(
    'C71.dmarc-parent-domain',
    'the DMARC record of a parent domain counts (RFC 7489 §6.6.3)',
    [
      MAIL_DOMAIN,
      'C71: DMARC of a parent domain counts, that of a top-level domain is not queried',
    ],
    { node: 'BinaryExpression', becomes: 'first < 1' },
  ),
  mutant(
    'C71.test-message-route',
    'a test message takes the same route as the channel’s messages',
    [SEND_TEST, 'the provider is chosen by name, by route'],
    { node: 'VariableDeclaration', becomes: `name = given.text('provider')` },
  ),
  mutant(
    'C71.test-exit-1',
    'a test message that was not accepted exits with 1',
    [SEND_TEST, 'a mail server that refuses'],
    { node: 'ReturnStatement', becomes: 'return EXIT.ok' },
  ),
  mutant(
    'C71.listed-incomplete',
    'a provider with a setting that is missing is listed as incomplete',
    ['test/commands/providers.test.ts', 'works where the settings as a whole are invalid'],
    { node: 'ConditionalExpression', becomes: `'configured' as const` },
  ),
  mutant(
    'C71.listed-exit-78',
    'the list of providers exits with 78 where one is incomplete',
    ['test/commands/providers.test.ts', 'configured ones and their accounts'],
    { node: 'ConditionalExpression', becomes: 'EXIT.ok' },
  ),
]
