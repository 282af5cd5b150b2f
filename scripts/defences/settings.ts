// The lines that keep C69: settings are read as they were meant, or refused in words.
// It must name for each the fastest test that sees it.

import { type Defence, row } from './defence.ts'

const TEXT = 'src/config/given-text.ts'
const CONFIG = 'src/config.ts'
const TEXTS = 'test/config/c69-given-text.test.ts'
const REACH = 'test/config/c69-reach.test.ts'
const NAMES = 'test/config/c69-names.test.ts'
const SERVE = 'test/serve.test.ts'

export const SETTINGS: readonly Defence[] = [
  row(
    'C69',
    'a setting that is given but empty is refused',
    {
      file: TEXT,
      find: "if (trimmed === '') return 'is given",
      replace: "if (text === 'x') return 'is given",
    },
    { file: TEXTS, title: 'NODE_ENV is refused by name: empty, blank' },
  ),
  row(
    'C69',
    'quotes around a value are refused',
    { file: TEXT, find: 'if (QUOTED.test(trimmed)) return quoted()', replace: '' },
    { file: TEXTS, title: 'BRAND_NAME="\\"Acme\\"" is refused in words' },
  ),
  row(
    'C69',
    'a comment behind a value is refused',
    { file: TEXT, find: 'if (COMMENT.test(trimmed))', replace: "if (trimmed === '#')" },
    { file: TEXTS, title: 'BRAND_NAME="Acme # our name" is refused in words' },
  ),
  row(
    'C69',
    'several lines are no value',
    {
      file: TEXT,
      find: 'if (LINE_BREAK.test(trimmed)) return',
      replace: "if (trimmed === '') return",
    },
    { file: TEXTS, title: 'BRAND_NAME="Acme\\nInc" is refused in words' },
  ),
  row(
    'C69',
    'a file in UTF-16 is refused',
    {
      file: TEXT,
      find: 'if (/[\\0\\uFFFD]/.test(text)) return',
      replace: "if (text === '') return",
    },
    { file: TEXTS, title: 'a file in UTF-16, as PowerShell writes it' },
  ),
  row(
    'C69',
    'a byte order mark is refused, which trimming would drop',
    {
      file: TEXT,
      find: "if (text.includes('\\uFEFF')) return",
      replace: "if (text === '') return",
    },
    { file: TEXTS, title: 'a file in a byte order mark, as Notepad writes it' },
  ),
  row(
    'C69',
    'a mode that cannot be read is production',
    {
      file: CONFIG,
      find: "return isUnread || server.nodeEnv === 'production'",
      replace: "return !isUnread && server.nodeEnv === 'production'",
    },
    { file: 'test/config/config.test.ts', title: 'is what a misspelt NODE_ENV is taken for' },
  ),
  row(
    'C69',
    'development is refused on a host that is not loopback',
    {
      file: CONFIG,
      find: "if (mode === 'development') checkReach({ reader, server })",
      replace: '',
    },
    { file: REACH, title: 'HOST=0.0.0.0 is refused, and no key is made' },
  ),
  row(
    'C69',
    'a misspelt NODE_ENV is not taken for development',
    { file: 'src/config/reach.ts', find: '  if (slip)\n', replace: '  if (slip && !slip)\n' },
    { file: REACH, title: 'misspelt as NODE_EVN is no development' },
  ),
  row(
    'C69',
    'development is refused where PUBLIC_URL leads other machines to it',
    {
      file: 'src/config/reach.ts',
      find: 'outside && !isLoopback(outside)',
      replace: 'outside === null',
    },
    { file: REACH, title: 'leads the world to the inbox' },
  ),
  row(
    'C69',
    'only the address says what is loopback, not how a name begins',
    {
      file: 'src/config/listen.ts',
      find: "return address ? address.range() === 'loopback'",
      replace: "return host.startsWith('127.') ? true : address ? address.range() === 'loopback'",
    },
    { file: REACH, title: 'HOST=127.evil.example is refused' },
  ),
  row(
    'C69',
    'a key that a setting gave is not printed',
    {
      file: 'src/trial.ts',
      find: 'return config.made[name] ? String(config[name])',
      replace: "return setting !== '' ? String(config[name])",
    },
    { file: SERVE, title: 'C69: development never prints both keys that a setting gave' },
  ),
  row(
    'C69',
    'the health check reads the port as the service does',
    {
      file: 'src/commands/healthcheck.ts',
      find: 'reader.read({ host, port })',
      replace: '{ ...reader.read({ host }), port: Number(env.PORT || 8080) }',
    },
    { file: 'test/commands/healthcheck.test.ts', title: 'C69: finds the port by PORT_FILE' },
  ),
  row(
    'C69',
    'brackets around an IPv6 address are no part of it',
    {
      file: 'src/config/listen.ts',
      find: 'const host = inner ?? text',
      replace: 'const host = inner === undefined ? text : text',
    },
    { file: REACH, title: '[::] listens at ::' },
  ),
  row(
    'C69',
    'a service link of Kubernetes is named as what it is',
    {
      file: 'src/config/reader.ts',
      find: 'isLink ? describeServiceLink(setting.name) :',
      replace: "isLink && setting.name === '' ? '' :",
    },
    { file: NAMES, title: 'METRICS_PORT=tcp://10.0.0.7:9090 says where it comes from' },
  ),
  row(
    'C69',
    'pods get no service links',
    { file: 'deploy/kubernetes.yaml', find: '      enableServiceLinks: false\n', replace: '' },
    {
      file: 'test/deploy/manifests.test.ts',
      title: 'C69: no Service becomes a setting by deploy/kubernetes.yaml',
    },
  ),
  row(
    'C69',
    'a shortened name is named with the nearest setting',
    {
      file: 'src/config/slips.ts',
      find: 'byBeginning(upper, plain) ?? byWords(upper, plain)',
      replace: 'byBeginning(upper, plain)',
    },
    { file: NAMES, title: 'TWILIO_TOKEN: was TWILIO_AUTH_TOKEN… meant?' },
  ),
  row(
    'C69',
    'the same service twice is refused',
    {
      file: 'src/kernel/duplicate-keys.ts',
      find: 'if (top.keys.has(top.key)) found.push(pathOf(stack))',
      replace: '',
    },
    { file: NAMES, title: 'the same service, written otherwise' },
  ),
  row(
    'C69',
    'all wrong settings of a provider are told at once',
    {
      file: 'src/delivery/setting-values.ts',
      find: 'else if (error instanceof ProviderSettingError) faults.push(error)',
      replace:
        'else if (error instanceof ProviderSettingError && faults.length === 0) faults.push(error)',
    },
    { file: NAMES, title: '{"SMTP_URL":"mail.example.com","MAIL_FROM":"nobody"}' },
  ),
  row(
    'C69',
    'production names the services that nobody has a key for',
    {
      file: 'src/compose-requests.ts',
      find: 'if (advice !== undefined) logger.warn({}, advice)',
      replace: '',
    },
    { file: SERVE, title: 'C69: production without any key says how to make one' },
  ),
  row(
    'C69',
    'a path in PUBLIC_URL is refused',
    {
      file: 'src/config/parsers.ts',
      find: 'if (/[^/]/.test(url.pathname))',
      replace: "if (url.pathname === '')",
    },
    { file: 'test/http/under-path.test.ts', title: 'https://a.example/verify is refused' },
  ),
  row(
    'C69',
    'the console says that it cannot be served under a path',
    {
      file: 'src/admin/page-route.ts',
      find: 'return isUnderPath(c) ? refusePath(page) : await run(page)',
      replace: "return page.path === '' && isUnderPath(c) ? refusePath(page) : await run(page)",
    },
    { file: 'test/http/under-path.test.ts', title: 'that takes /verify away is told' },
  ),
  row(
    'C69',
    'pods of the scaled deployment get no service links',
    {
      file: 'deploy/kubernetes-scale.yaml',
      find: '      enableServiceLinks: false\n',
      replace: '',
    },
    {
      file: 'test/deploy/manifests.test.ts',
      title: 'C69: no Service becomes a setting by deploy/kubernetes-scale.yaml',
    },
  ),
]
