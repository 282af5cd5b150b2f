// The lines that keep the commands of an operator harmless, and their answers true.
// It must name for each the fastest test that sees it.

import { type Defence, row } from './defence.ts'

const WORDS = 'test/commands/wrong-words.test.ts'
const DOCTOR = 'test/commands/doctor.test.ts'
const DOMAIN = 'test/commands/mail-domain.test.ts'
const SEND = 'test/commands/send-test.test.ts'

export const COMMANDS: readonly Defence[] = [
  row(
    'C71',
    'doctor, which sends none, does not say that a message may have gone out',
    {
      file: 'src/commands/doctor/providers.ts',
      find: 'const what = NO_ANSWER.has(code)',
      replace: "const what = NO_ANSWER.has('')",
    },
    { file: DOCTOR, title: 'C71: a server that is not there' },
  ),
  row(
    'C71',
    'a name server with a port that is none is refused in words',
    { file: 'src/commands/doctor.ts', find: '&& Number(port) <= MAX_PORT', replace: '' },
    { file: WORDS, title: '["doctor","--dns-server","127.0.0.1:65536"]' },
  ),
  row(
    'C71',
    'doctor says each wrong setting in a line of its own',
    {
      file: 'src/commands/doctor.ts',
      find: 'const faults = rest.length === 0 ? [first] : rest',
      replace: "const faults = [[first, ...rest].join(' ')]",
    },
    { file: DOCTOR, title: 'settings that are not right end it with 78, each named' },
  ),
  row(
    'C71',
    'wrong words of refusals are said before a store is looked for',
    {
      file: 'src/commands/refusals.ts',
      find: '    readFilter(given, Date.now())\n    readLimit(given)\n',
      replace: '    if (readFilter === undefined) readLimit(given)\n',
    },
    {
      file: 'test/commands/refusals.test.ts',
      title: 'wrong words are said before a store is looked for',
    },
  ),
  row(
    'C71',
    'a mistake on the command line is one line and the usage of that command',
    {
      file: 'src/cli.ts',
      find: '${plain(problem)}\\n${usage}  (${more})\\n',
      replace: '${plain(problem)}\\n\\n${usage}  (${more})\\n',
    },
    { file: WORDS, title: '["keys","create","--scope","--json"]' },
  ),
  row(
    'C71',
    'an option that is given twice is refused: one of them would be lost',
    {
      file: 'src/commands/command.ts',
      find: '  refuseRepeated(options, tokens)\n',
      replace: '',
    },
    { file: WORDS, title: '["keys","create","--name","a","--name","b"]' },
  ),
  row(
    'C71',
    'doctor asks a gateway for nothing that could send',
    {
      file: 'src/delivery/providers/http/http.ts',
      find: "method: 'HEAD', url, headers: {}",
      replace: 'method, url, headers: {}',
    },
    { file: DOCTOR, title: 'everything right: exit code 0, a line for each check' },
  ),
  row(
    'C71',
    'doctor finds a mail server’s refusal of the log-in without a message',
    {
      file: 'src/delivery/providers/smtp/smtp.ts',
      find: 'const lease = await connections.acquire(signal)\n        lease.release(true)\n',
      replace: '',
    },
    { file: DOCTOR, title: 'a wrong password is found without a message' },
  ),
  row(
    'C71',
    'doctor tells an account of Twilio’s that is suspended from one that sends',
    {
      file: 'src/delivery/providers/twilio.ts',
      find: "if (status === 'suspended' || status === 'closed')",
      replace: "if (status === 'closed')",
    },
    { file: DOCTOR, title: 'suspended' },
  ),
  row(
    'C71',
    'doctor compares the clock with the provider’s',
    {
      file: 'src/delivery/http-client.ts',
      find: 'progress.wallMs = Number.isNaN(wallMs) ? null : wallMs',
      replace: 'progress.wallMs = null',
    },
    { file: DOCTOR, title: 'a provider whose clock is off by 90 s' },
  ),
  row(
    'C71',
    'doctor makes nothing in a database without a store',
    {
      file: 'src/storage/postgres/inspect.ts',
      find: 'const { version: schema } = await readState(',
      replace:
        "await client.query('create table schema_version (version int, oldest_usable int)')\n      const { version: schema } = await readState(",
    },
    { file: DOCTOR, title: 'PostgreSQL without a store is told, and stays so' },
  ),
  row(
    'C71',
    'a name server that is away is not taken for a record that is missing',
    {
      file: 'src/commands/doctor/mail-domain.ts',
      find: 'return ABSENT.has(code) ?',
      replace: 'return ABSENT.size > 0 ?',
    },
    { file: DOMAIN, title: 'a name server that is silent is told apart' },
  ),
  row(
    'C71',
    'two SPF records are none (RFC 7208 §4.5)',
    {
      file: 'src/commands/doctor/mail-domain.ts',
      find: 'if (second !== undefined)\n    return say(\n      ',
      replace: "if (second === 'never')\n    return say(\n      ",
    },
    { file: DOMAIN, title: 'SPF' },
  ),
  row(
    'C71',
    'a test message says that it is one, and holds no code',
    {
      file: 'src/commands/send-test.ts',
      find: 'It holds no code, and nothing has to be done.`',
      replace: '${NO_CODE} is your code.`',
    },
    { file: SEND, title: 'by mail: marked in subject and text' },
  ),
  row(
    'C71',
    'what a provider answers to a test message is told without the recipient',
    {
      file: 'src/commands/send-test.ts',
      find: 'const to = mask(wanted.to)',
      replace: 'const { to } = wanted',
    },
    { file: SEND, title: 'a mail server that refuses' },
  ),

  row(
    'C71',
    'a word that a command does not take is refused',
    {
      file: 'src/commands/command.ts',
      find: 'if (extra) throw new UsageError(',
      replace: "if (extra === '') throw new UsageError(",
    },
    { file: WORDS, title: 'words that it does not take' },
  ),
  row(
    'C71',
    'doctor ends with 78 where the settings are wrong',
    { file: 'src/commands/doctor.ts', find: 'return EXIT_CONFIG', replace: 'return EXIT.failed' },
    { file: DOCTOR, title: 'settings that are not right end it with 78' },
  ),
  row(
    'C71',
    'doctor tells a file that cannot be used',
    {
      file: 'src/commands/doctor/stores.ts',
      find: "  if (fault !== undefined) return finding('files', 'failed', fault)\n",
      replace: '',
    },
    { file: DOCTOR, title: 'a directory in the place of the database' },
  ),
  row(
    'C71',
    'doctor tells a database that is damaged',
    {
      file: 'src/commands/doctor/stores.ts',
      find: "if (fault !== null) return [finding('database', 'failed', fault)]",
      replace: '',
    },
    { file: DOCTOR, title: 'a database of which a page was lost' },
  ),
  row(
    'C71',
    'doctor tells an SPF record that lets everybody send',
    {
      file: 'src/commands/doctor/mail-domain.ts',
      find: '/(^| )[+?]?all( |$)/i.test(record)',
      replace: "record === ''",
    },
    { file: DOMAIN, title: 'C71: SPF ["v=spf1 +all"]' },
  ),
  row(
    'C71',
    'doctor tells a DKIM key that was revoked (RFC 6376 §3.6.1)',
    {
      file: 'src/commands/doctor/mail-domain.ts',
      find: '/(^|;)\\s*p=\\s*(;|$)/.test(record)',
      replace: "record === ''",
    },
    { file: DOMAIN, title: 'C71: DKIM v=DKIM1; p=' },
  ),
  row(
    'C71',
    'the DMARC record of a domain above counts (RFC 7489 §6.6.3)',
    {
      file: 'src/commands/doctor/mail-domain.ts',
      find: 'first < labels.length - 1',
      replace: 'first < 1',
    },
    { file: DOMAIN, title: 'C71: DMARC of a domain above counts' },
  ),
  row(
    'C71',
    'a test message goes the way that the channel’s messages go',
    {
      file: 'src/commands/send-test.ts',
      find: ' ?? config.routes[channel]?.[0]',
      replace: '',
    },
    { file: SEND, title: 'the provider is chosen by name, by route' },
  ),
  row(
    'C71',
    'a test message that was not taken ends with 1',
    {
      file: 'src/commands/send-test.ts',
      find: "return result.kind === 'accepted' ? EXIT.ok : EXIT.failed",
      replace: 'return EXIT.ok',
    },
    { file: SEND, title: 'a mail server that refuses' },
  ),
]
