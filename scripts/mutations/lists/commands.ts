// The lines that keep the commands of an operator harmless, and their answers true.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const DOCTOR = 'test/commands/doctor.test.ts'
const WRONG_WORDS = 'test/commands/wrong-words.test.ts'
const MAIL_DOMAIN = 'test/commands/mail-domain.test.ts'
const SEND_TEST = 'test/commands/send-test.test.ts'

export const COMMANDS: readonly Mutant[] = [
  mutant(
    'C71.doctor-never-ambiguous',
    'doctor, which sends none, does not say that a message may have gone out',
    [DOCTOR, 'C71: a server that is not there'],
    { node: 'CallExpression', becomes: `NO_ANSWER.has('')` },
  ),
  mutant(
    'C71.dns-port-refused',
    'a name server with a port that is none is refused in words',
    [WRONG_WORDS, '["doctor","--dns-server","127.0.0.1:65536"]'],
    { node: 'BinaryExpression', becomes: '(isIPv6(v6) || isIPv4(v4)) && Number(port) >= 1 ' },
  ),
  mutant(
    'C71.doctor-setting-lines',
    'doctor says each wrong setting in a line of its own',
    [DOCTOR, 'settings that are not right end it with 78, each named'],
    { node: 'VariableStatement', becomes: `const faults = [[first, ...rest].join(' ')]` },
  ),
  mutant(
    'C71.words-before-store',
    'wrong words of refusals are said before a store is looked for',
    ['test/commands/refusals.test.ts', 'wrong words are said before a store is looked for'],
    { node: 'ExpressionStatement', becomes: 'if (readFilter === undefined) readLimit(given)' },
    { at: 'C71.words-before-store.2', node: 'ExpressionStatement', becomes: '' },
  ),
  mutant(
    'C71.one-line-usage',
    'a mistake on the command line is one line and the usage of that command',
    [WRONG_WORDS, '["keys","create","--scope","--json"]'],
    { node: 'TemplateMiddle', nth: 2, find: 'n$', replace: 'n\\n$' },
  ),
  mutant(
    'C71.option-once',
    'an option that is given twice is refused: one of them would be lost',
    [WRONG_WORDS, '["keys","create","--name","a","--name","b"]'],
    { node: 'ExpressionStatement', becomes: '' },
  ),
  mutant(
    'C71.doctor-sends-nothing',
    'doctor asks a gateway for nothing that could send',
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
    'doctor tells an account of Twilio’s that is suspended from one that sends',
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
    'doctor makes nothing in a database without a store',
    [DOCTOR, 'PostgreSQL without a store is told, and stays so'],
    {
      node: 'VariableDeclarationList',
      becomes: `await client.query('create table schema_version (version int, oldest_usable int)')
      const { version: schema } = await readState((text) => client.query(text))`,
    },
  ),
  mutant(
    'C71.dns-outage-distinct',
    'a name server that is away is not taken for a record that is missing',
    [MAIL_DOMAIN, 'a name server that is silent is told apart'],
    {
      node: 'ReturnStatement',
      becomes: 'return ABSENT.size > 0 ? { records: [] } : { away: code }',
    },
  ),
  mutant(
    'C71.double-spf-invalid',
    'two SPF records are none (RFC 7208 §4.5)',
    [MAIL_DOMAIN, 'SPF'],
    { node: 'BinaryExpression', becomes: `second === 'never'` },
  ),
  mutant(
    'C71.test-message-codeless',
    'a test message says that it is one, and holds no code',
    [SEND_TEST, 'by mail: marked in subject and text'],
    {
      node: 'TemplateTail',
      find: 'It holds no code, and there is nothing for you to do',
      replace: '${NO_CODE} is your code',
    },
  ),
  mutant(
    'C71.test-answer-masked',
    'what a provider answers to a test message is told without the recipient',
    [SEND_TEST, 'a mail server that refuses'],
    { node: 'VariableStatement', becomes: 'const { to } = wanted' },
  ),
  mutant(
    'C71.stray-word-refused',
    'a word that a command does not take is refused',
    [WRONG_WORDS, 'words that it does not take'],
    {
      node: 'IfStatement',
      becomes: 'if (extra === \'\') throw new UsageError(`unexpected argument "${extra}"`)',
    },
  ),
  mutant(
    'C71.doctor-exit-78',
    'doctor ends with 78 where the settings are wrong',
    [DOCTOR, 'settings that are not right end it with 78'],
    { node: 'ReturnStatement', becomes: 'return EXIT.failed' },
  ),
  mutant(
    'C71.doctor-unusable-file',
    'doctor tells a file that cannot be used',
    [DOCTOR, 'a directory in the place of the database'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C71.doctor-damaged-store',
    'doctor tells a database that is damaged',
    [DOCTOR, 'a database of which a page was lost'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C71.spf-pass-all',
    'doctor tells an SPF record that lets everybody send',
    [MAIL_DOMAIN, 'C71: SPF ["v=spf1 +all"]'],
    { node: 'CallExpression', becomes: `record === ''` },
  ),
  mutant(
    'C71.dkim-key-revoked',
    'doctor tells a DKIM key that was revoked (RFC 6376 §3.6.1)',
    [MAIL_DOMAIN, 'C71: DKIM v=DKIM1; p='],
    { node: 'CallExpression', becomes: `record === ''` },
  ),
  mutant(
    'C71.dmarc-parent-domain',
    'the DMARC record of a domain above counts (RFC 7489 §6.6.3)',
    [MAIL_DOMAIN, 'C71: DMARC of a domain above counts'],
    { node: 'BinaryExpression', becomes: 'first < 1' },
  ),
  mutant(
    'C71.test-message-route',
    'a test message goes the way that the channel’s messages go',
    [SEND_TEST, 'the provider is chosen by name, by route'],
    { node: 'VariableDeclaration', becomes: `name = given.text('provider')` },
  ),
  mutant(
    'C71.test-exit-1',
    'a test message that was not taken ends with 1',
    [SEND_TEST, 'a mail server that refuses'],
    { node: 'ReturnStatement', becomes: 'return EXIT.ok' },
  ),
]
