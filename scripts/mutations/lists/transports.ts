// The lines that keep C68: what goes out unencrypted, and keys that can be guessed, are named at the start.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const C68_TRANSPORTS = 'test/config/c68-transports.test.ts'
const POSTGRES_TLS = 'test/config/postgres-tls.test.ts'

export const TRANSPORTS: readonly Mutant[] = [
  mutant(
    'C68.warn-provider-cleartext',
    'an unencrypted connection to a provider is reported at start',
    [C68_TRANSPORTS, '{"HTTP_SMS_URL":"http://gateway.example/send?key=s3cr3t"} is warned of'],
    { node: 'Identifier', becomes: `setting !== ''` },
  ),
  mutant(
    'C68.optional-tls-cleartext',
    'a mail server for which TLS is optional counts as unencrypted',
    [
      C68_TRANSPORTS,
      '{"SMTP_URL":"smtp://mail.example.com","MAIL_FROM":"a@example.com"} is warned of',
    ],
    { node: 'VariableStatement', becomes: 'const isEncrypted = secure || !requireTls' },
  ),
  mutant(
    'C68.warn-unverified-cert',
    'an unverified certificate is reported at start',
    [C68_TRANSPORTS, 'tls.rejectUnauthorized=false","MAIL_FROM":"a@example.com"} is warned of'],
    { node: 'ReturnStatement', becomes: 'return isEncrypted ? [] : [unverified(setting, host)]' },
  ),
  mutant(
    'C68.warn-database-cleartext',
    'an unencrypted connection to the database is reported at start',
    [C68_TRANSPORTS, '{"DATABASE_URL":"postgres://u:s3cr3t@db.example/app"} is warned of'],
    { node: 'PropertyAssignment', becomes: `tls: OF_PGSSLMODE[pgSslMode ?? ''] ?? 'verified'` },
  ),
  mutant(
    'C68.pgsslmode-default',
    'PGSSLMODE decides where the URL leaves TLS open',
    [POSTGRES_TLS, 'with PGSSLMODE=require'],
    { node: 'BinaryExpression', nth: 2, becomes: `''` },
  ),
  mutant(
    'C68.bad-sslmode-refused',
    'a value of ssl that would end the process is refused',
    [POSTGRES_TLS, 'ssl=false would end the process'],
    { node: 'BinaryExpression', becomes: `findUnreadSsl(query) === '-'` },
  ),
  mutant(
    'C68.unverified-tls-named',
    'certificate verification that the environment turns off is reported at start',
    [C68_TRANSPORTS, '{"NODE_TLS_REJECT_UNAUTHORIZED":"0"} is warned of'],
    { node: 'BinaryExpression', becomes: `env[name] !== 'no'` },
  ),
  mutant(
    'C68.plaintext-named-hosts',
    'PLAINTEXT_HOSTS covers only the hosts that it names',
    [C68_TRANSPORTS, '"PLAINTEXT_HOSTS":"db"} is warned of'],
    { node: 'BinaryExpression', becomes: 'bare(host).startsWith(bare(name))' },
  ),
  mutant(
    'C68.plaintext-not-certs',
    'PLAINTEXT_HOSTS does not cover certificates',
    [C68_TRANSPORTS, 'sslmode=no-verify","PLAINTEXT_HOSTS":"db.example"} is warned of'],
    {
      node: 'IfStatement',
      becomes: `if (tls === 'unverified' && !isIn(plaintextHosts, host)) return [unverified(isByEnvironment ? 'PGSSLMODE' : setting, host)]`,
    },
  ),
  mutant(
    'C68.effective-host',
    'the host of a socket or of the parameter is the one that counts',
    [
      C68_TRANSPORTS,
      '{"DATABASE_URL":"postgres://u:s3cr3t@localhost/app?host=db.example"} is warned of',
    ],
    { node: 'VariableDeclaration', becomes: "host = decode(near.replace(/^\\[(.*)\\]$/, '$1'))" },
  ),
  mutant(
    'C68.warn-redis-cleartext',
    'an unencrypted connection to Redis is reported at start',
    [C68_TRANSPORTS, '{"RATE_LIMIT_URL":"redis://:s3cr3t@cache.example:6379"} is warned of'],
    { node: 'BinaryExpression', nth: 2, becomes: `protocol !== '' || isLoopback(host)` },
  ),
  mutant(
    'C68.warn-public-metrics',
    'metrics on all interfaces are reported at start',
    [C68_TRANSPORTS, '{"METRICS_PORT":"9090","METRICS_HOST":"0.0.0.0"} is warned of'],
    { node: 'BinaryExpression', becomes: `metricsPort === undefined || metricsHost !== ''` },
  ),
  mutant(
    'C22.one-lookup-a-name',
    'a name that no name server answers is asked for once at a time',
    ['test/kernel/shared-lookup.test.ts', 'asks once for all who wait, and anew after that'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C22.lost-packet',
    'a look-up that is not answered is asked a second time',
    ['test/kernel/shared-lookup.test.ts', 'C22: a look-up whose packet was lost is asked again'],
    { node: 'VariableStatement', becomes: 'const again = undefined' },
  ),
  mutant(
    'C22.no-third-lookup',
    'a name whose first look-up still holds its thread has no second one again',
    ['test/kernel/shared-lookup.test.ts', 'C22: a look-up whose packet was lost is asked again'],
    { node: 'BinaryExpression', becomes: 'most !== undefined || slow.has(name)' },
  ),
  mutant(
    'C22.slow-names-in-turn',
    'names that were slow are looked up one after the other',
    [
      'test/kernel/shared-lookup.test.ts',
      'C22: names that were slow are looked up one after the other',
    ],
    { node: 'ConditionalExpression', becomes: 'lanes.usual' },
  ),
  mutant(
    'C68.warn-public-url',
    'a public address over http is reported at start',
    [C68_TRANSPORTS, '{"PUBLIC_URL":"http://verify.example.com"} is warned of'],
    { node: 'IfStatement', becomes: 'if (publicUrl !== undefined) return []' },
  ),
  mutant(
    'C68.warn-guessable-key',
    'a guessable key is reported at start',
    [C68_TRANSPORTS, 'API_KEY that can be guessed is warned of'],
    { node: 'BinaryExpression', becomes: `key === '' && isGuessableKey(key)` },
  ),
  mutant(
    'C67.code-in-request',
    'a request that would contain no code is reported at start',
    [
      'test/delivery/gateway-templates.test.ts',
      'C67: a request to the gateway for sms that holds no code',
    ],
    { node: 'IfStatement', becomes: 'if (names.length > 0) return []' },
  ),
]
