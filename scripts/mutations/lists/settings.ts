// The lines that keep C69: settings are read as they were meant, or refused in words.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const C69_GIVEN_TEXT = 'test/config/c69-given-text.test.ts'
const C69_REACH = 'test/config/c69-reach.test.ts'
const SERVE = 'test/service/serve.test.ts'
const C69_NAMES = 'test/config/c69-names.test.ts'
const MANIFESTS = 'test/deploy/manifests.test.ts'
const UNDER_PATH = 'test/http/under-path.test.ts'

export const SETTINGS: readonly Mutant[] = [
  mutant(
    'C69.empty-refused',
    'a setting that is given but empty is refused',
    [C69_GIVEN_TEXT, 'NODE_ENV is refused by name: empty, blank'],
    { node: 'BinaryExpression', becomes: `text === 'x'` },
  ),
  mutant(
    'C69.quotes-refused',
    'quotes around a value are refused',
    [C69_GIVEN_TEXT, 'BRAND_NAME="\\"Acme\\"" is refused in words'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C69.comment-refused',
    'a comment after a value is refused',
    [C69_GIVEN_TEXT, 'BRAND_NAME="Acme # our name" is refused in words'],
    { node: 'CallExpression', becomes: `trimmed === '#'` },
  ),
  mutant(
    'C69.multiline-refused',
    'a value of several lines is refused',
    [C69_GIVEN_TEXT, 'BRAND_NAME="Acme\\nInc" is refused in words'],
    { node: 'CallExpression', becomes: `trimmed === ''` },
  ),
  mutant(
    'C69.utf16-refused',
    'a file in UTF-16 is refused',
    [C69_GIVEN_TEXT, 'a file in UTF-16, as PowerShell writes it'],
    { node: 'CallExpression', becomes: `text === ''` },
  ),
  mutant(
    'C69.bom-refused',
    'a byte order mark, which trimming would drop, is refused',
    [C69_GIVEN_TEXT, 'a file in a byte order mark, as Notepad writes it'],
    { node: 'CallExpression', becomes: `text === ''` },
  ),
  mutant(
    'C69.default-production',
    'a mode that cannot be read means production',
    [
      'test/config/config.test.ts',
      'is the meaning of a misspelt NODE_ENV: the inbox never opens by mistake',
    ],
    { node: 'BinaryExpression', becomes: `!isUnread && server.nodeEnv === 'production'` },
  ),
  mutant(
    'C69.dev-loopback-only',
    'development is refused on a host other than loopback',
    [C69_REACH, 'HOST=0.0.0.0 is refused, and no key is created'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C69.sqlite-one-process',
    'a SQLite file is for one process',
    ['test/config/config.test.ts', 'a SQLite file is for one process: api is refused'],
    { node: 'ExpressionStatement', becomes: '' },
  ),
  mutant(
    'C69.node-env-exact',
    'a misspelt NODE_ENV is not mistaken for development',
    [C69_REACH, 'misspelt as NODE_EVN is not development'],
    {
      node: 'Identifier',
      becomes: `slip
&& !slip`,
    },
  ),
  mutant(
    'C69.dev-url-loopback',
    'development is refused where PUBLIC_URL leads other machines to it',
    [C69_REACH, 'would open the inbox to the world'],
    { node: 'BinaryExpression', becomes: 'outside === null' },
  ),
  mutant(
    'C69.loopback-by-address',
    'the address decides what is loopback, not the beginning of a name',
    [C69_REACH, 'HOST=127.evil.example is refused'],
    {
      node: 'ReturnStatement',
      becomes:
        "return host.startsWith('127.') ? true : address ? address.range() === 'loopback' : /^localhost\\.?$/i.test(host)",
    },
  ),
  mutant(
    'C69.given-key-unprinted',
    'a key given by a setting is not printed',
    [SERVE, 'C69: development never prints both keys that a setting gave'],
    {
      node: 'ReturnStatement',
      becomes: "return setting !== '' ? String(config[name]) : `$${setting}`",
    },
  ),
  mutant(
    'C69.healthcheck-same-port',
    'the health check reads the port as the service does',
    ['test/commands/healthcheck.test.ts', 'C69: finds the port by PORT_FILE'],
    {
      node: 'CallExpression',
      nth: 2,
      becomes: '{ ...reader.read({ host }), port: Number(env.PORT || 8080) }',
    },
  ),
  mutant(
    'C69.ipv6-brackets',
    'brackets around an IPv6 address are not part of it',
    [C69_REACH, '[::] listens at ::'],
    { node: 'VariableStatement', becomes: 'const host = inner === undefined ? text : text' },
  ),
  mutant(
    'C69.service-link-named',
    'a Kubernetes service link is recognised and named',
    [C69_NAMES, 'METRICS_PORT=tcp://10.0.0.7:9090 says where it comes from'],
    { node: 'ConditionalExpression', becomes: 'describe(error, setting)' },
  ),
  mutant(
    'C69.pod-service-links',
    'pods get no service links',
    [MANIFESTS, 'C69: no Service becomes a setting by deploy/kubernetes.yaml'],
    {
      file: 'deploy/kubernetes.yaml',
      find: `      enableServiceLinks: false
`,
      replace: '',
    },
  ),
  mutant(
    'C69.nearest-setting',
    'a shortened name is reported with the nearest setting',
    [C69_NAMES, 'TWILIO_TOKEN: did you mean TWILIO_AUTH_TOKEN…?'],
    { node: 'BinaryExpression', becomes: 'byBeginning(upper, plain)' },
  ),
  mutant(
    'C69.service-twice-refused',
    'a duplicate service is refused',
    [C69_NAMES, 'the same service, written otherwise'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C69.bare-base-url',
    'a provider’s address with a login or a query, which no request would have, is refused',
    ['test/delivery/registry.test.ts', 'C69: TWILIO_BASE_URL is a host with a path at the most'],
    { node: 'ThrowStatement', becomes: 'void name' },
  ),
  mutant(
    'C69.all-faults-told',
    'all wrong settings of a provider are reported at once',
    [C69_NAMES, '{"SMTP_URL":"mail.example.com","MAIL_FROM":"nobody"}'],
    {
      node: 'IfStatement',
      becomes: `if (error instanceof ProviderSettingError && faults.length === 0) faults.push(...error.faults)
      else throw error`,
    },
  ),
  mutant(
    'C69.keyless-services-named',
    'production names the services that have no key',
    [SERVE, 'C69: production without any key reports how to create one'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C69.url-path-refused',
    'a path in PUBLIC_URL is refused',
    [UNDER_PATH, 'https://a.example/verify is refused'],
    { node: 'CallExpression', becomes: `url.pathname === ''` },
  ),
  mutant(
    'C69.console-path-notice',
    'the console says that it cannot be served under a path',
    [UNDER_PATH, 'that strips /verify is reported'],
    {
      node: 'ReturnStatement',
      becomes: `return page.path === '' && isUnderPath(c) ? say(page, 400, ...UNDER_PATH) : await run(page)`,
    },
  ),
  mutant(
    'C69.scaled-service-links',
    'pods of the scaled deployment get no service links',
    [MANIFESTS, 'C69: no Service becomes a setting by deploy/kubernetes-scale.yaml'],
    {
      file: 'deploy/kubernetes-scale.yaml',
      find: `      enableServiceLinks: false
`,
      replace: '',
    },
  ),
]
