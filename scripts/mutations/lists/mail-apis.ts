// The lines that keep C28, C53, C67 and C69 at mail providers with an API, and C68 and C71 where mail is signed.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const MAIL = 'test/delivery/mail.test.ts'
const SES = 'test/delivery/ses.test.ts'
const SENDGRID = 'test/delivery/sendgrid.test.ts'
const POSTMARK = 'test/delivery/postmark.test.ts'
const RESEND = 'test/delivery/resend.test.ts'
const DKIM = 'test/delivery/dkim.test.ts'
const MAIL_DOMAIN = 'test/commands/mail-domain.test.ts'
const SHARED = 'test/config/shared-settings.test.ts'

export const MAIL_APIS: readonly Mutant[] = [
  mutant(
    'C28.api-sender-name',
    'a brand with a bracket or a comma is no second address',
    [MAIL, 'C28: the name "Acme, Inc." is written'],
    { node: 'ConditionalExpression', becomes: 'name' },
  ),
  mutant(
    'C53.ses-unverified-sender',
    'an address that contains the sender’s does not blame the account',
    [SES, 'no-reply@example.com.example.org is by fault of the destination'],
    { node: 'CallExpression', becomes: 'text.includes(address)' },
  ),
  mutant(
    'C67.sendgrid-answer-shape',
    'a 2xx that is not SendGrid’s own answer confirms nothing',
    [SENDGRID, 'C67: 200 with {}'],
    { node: 'BinaryExpression', becomes: 'true' },
  ),
  mutant(
    'C67.sendgrid-reset',
    'a throttle of SendGrid’s, which has no Retry-After, is waited for',
    [SENDGRID, 'waits 40000 ms'],
    { node: 'ConditionalExpression', becomes: 'null' },
  ),
  mutant(
    'C53.postmark-bad-address',
    'an address that Postmark does not accept is by fault of the recipient',
    [POSTMARK, "C53: 300 with Invalid 'To' address"],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C67.resend-idempotency-key',
    'every try of a mail has one key at Resend',
    [RESEND, 'sends what the official client sends'],
    { node: 'PropertyAccessExpression', becomes: 'mail.messageId' },
  ),
  mutant(
    'C53.resend-quota',
    'a used-up quota, which comes with 429, is the account’s and no throttle',
    [RESEND, 'C53: 429 daily_quota_exceeded'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C69.shared-setting-configures-none',
    'MAIL_FROM alone configures no provider',
    [SHARED, 'configures none of them alone'],
    { node: 'PrefixUnaryExpression', becomes: 'true' },
  ),
  mutant(
    'C69.unused-shared-setting',
    'a sender without anything that sends from it is refused',
    [SHARED, 'is refused where nothing reads it'],
    { node: 'IfStatement', becomes: 'continue' },
  ),
  mutant('C68.dkim-signed', 'a mail goes out with its signature', [DKIM, 'text and HTML'], {
    node: 'ConditionalExpression',
    becomes: 'mime',
  }),
  mutant('C68.dkim-complete', 'half of DKIM_… is refused at start', [DKIM, 'DKIM_PRIVATE_KEY 2'], {
    node: 'IfStatement',
    becomes: `if (value === undefined) return ''`,
  }),
  mutant(
    'C68.dkim-rsa-only',
    'a key that the signer cannot use, whose mails would go out unsigned, is refused at start',
    [DKIM, 'DKIM_PRIVATE_KEY 8'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C71.dkim-other-key',
    'a key in DNS that is not the one that signs is a failure',
    [MAIL_DOMAIN, 'C71: the key of DKIM_PRIVATE_KEY is compared with v=DKIM1; p=garbage'],
    { node: 'IfStatement', becomes: '' },
  ),
]
