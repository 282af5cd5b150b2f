// The lines that keep C68: what goes out in clear, and keys that can be guessed, are named at the start.
// It must name for each the fastest test that sees it.

import { type Defence, row } from './defence.ts'

const TLS = 'src/config/postgres-tls.ts'
const WARNINGS = 'src/config/transport-warnings.ts'
const TEST = 'test/config/c68-transports.test.ts'
const warned = (env: string) => ({ file: TEST, title: `${env} is warned of` })

export const TRANSPORTS: readonly Defence[] = [
  row(
    'C68',
    'a provider that is reached in clear is named at the start',
    { file: WARNINGS, find: 'if (isEncrypted) return', replace: "if (setting !== '') return" },
    warned('{"HTTP_SMS_URL":"http://gateway.example/send?key=s3cr3t"}'),
  ),
  row(
    'C68',
    'a mail server that may do without TLS is one that is reached in clear',
    {
      file: 'src/delivery/smtp-settings.ts',
      find: 'const isEncrypted = secure || requireTls',
      replace: 'const isEncrypted = secure || !requireTls',
    },
    warned('{"SMTP_URL":"smtp://mail.example.com","MAIL_FROM":"a@example.com"}'),
  ),
  row(
    'C68',
    'a certificate that is not looked at is named at the start',
    { file: WARNINGS, find: 'return isVerified ? []', replace: 'return isEncrypted ? []' },
    warned('tls.rejectUnauthorized=false","MAIL_FROM":"a@example.com"}'),
  ),
  row(
    'C68',
    'a database that is reached in clear is named at the start',
    { file: TLS, find: "?? 'none', isByEnv", replace: "?? 'verified', isByEnv" },
    warned('{"DATABASE_URL":"postgres://u:s3cr3t@db.example/app"}'),
  ),
  row(
    'C68',
    'what the URL leaves open about TLS, PGSSLMODE decides',
    { file: TLS, find: "pgSslMode ?? ''", replace: "''" },
    { file: 'test/config/postgres-tls.test.ts', title: 'with PGSSLMODE=require' },
  ),
  row(
    'C68',
    'a word for ssl that would end the process is refused',
    {
      file: 'src/config/database-url.ts',
      find: 'if (findUnreadSsl(query) !== undefined)',
      replace: "if (findUnreadSsl(query) === '-')",
    },
    { file: 'test/config/postgres-tls.test.ts', title: 'ssl=false would end the process' },
  ),
  row(
    'C68',
    'verification of certificates that the environment turns off is named at the start',
    { file: WARNINGS, find: "env[name] !== '0'", replace: "env[name] !== 'no'" },
    warned('{"NODE_TLS_REJECT_UNAUTHORIZED":"0"}'),
  ),
  row(
    'C68',
    'PLAINTEXT_HOSTS is about the hosts that it names',
    {
      file: WARNINGS,
      find: 'bare(name) === bare(host)',
      replace: 'bare(host).startsWith(bare(name))',
    },
    warned('"PLAINTEXT_HOSTS":"db"}'),
  ),
  row(
    'C68',
    'PLAINTEXT_HOSTS is not about certificates',
    {
      file: WARNINGS,
      find: "if (tls === 'unverified') return",
      replace: "if (tls === 'unverified' && !isIn(plaintextHosts, host)) return",
    },
    warned('sslmode=no-verify","PLAINTEXT_HOSTS":"db.example"}'),
  ),
  row(
    'C68',
    'the host of a socket or of the parameter is the one that counts',
    {
      file: 'src/config/database-url.ts',
      find: "decode(last('host') || near",
      replace: 'decode(near',
    },
    warned('{"DATABASE_URL":"postgres://u:s3cr3t@localhost/app?host=db.example"}'),
  ),
  row(
    'C68',
    'a Redis that is reached in clear is named at the start',
    { file: WARNINGS, find: "if (protocol === 'rediss:' ||", replace: "if (protocol !== '' ||" },
    warned('{"RATE_LIMIT_URL":"redis://:s3cr3t@cache.example:6379"}'),
  ),
  row(
    'C68',
    'metrics that all interfaces show are named at the start',
    { file: WARNINGS, find: '|| isPrivate(metricsHost)', replace: "|| metricsHost !== ''" },
    warned('{"METRICS_PORT":"9090","METRICS_HOST":"0.0.0.0"}'),
  ),
  row(
    'C68',
    'a key that can be guessed is named at the start',
    {
      file: 'src/config/rules.ts',
      find: 'key !== undefined && isGuessableKey(key)',
      replace: "key === '' && isGuessableKey(key)",
    },
    { file: TEST, title: 'API_KEY that can be guessed is warned of' },
  ),
  row(
    'C67',
    'a request that would hold no code is named at the start',
    {
      file: 'src/delivery/gateway-rules.ts',
      find: 'if (CONTENT[channel].some((name) => names.includes(name))) return []',
      replace: 'if (names.length > 0) return []',
    },
    {
      file: 'test/delivery/gateway-templates.test.ts',
      title: 'C67: a request to the gateway for sms that holds no code',
    },
  ),
]
