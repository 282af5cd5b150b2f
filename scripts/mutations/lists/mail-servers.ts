// The lines that keep C67 and C28 towards mail servers: late answers, and the names in the dialogue.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const SMTP_LATE = 'test/delivery/smtp-late.test.ts'
const SMTP_NAMES = 'test/delivery/smtp-names.test.ts'
const SMTP = 'test/delivery/smtp.test.ts'
const RECIPIENT = 'test/verification/recipient.test.ts'

export const MAIL_SERVERS: readonly Mutant[] = [
  mutant(
    'C67.smtp-word-deadline',
    'a mail server has the whole deadline for each of its replies',
    [SMTP_LATE, 'C67: a greeting that takes as long as the deadline allows'],
    { node: 'VariableStatement', becomes: 'const NET_TIMEOUT_MS = 5_000' },
  ),
  mutant(
    'C67.smtputf8-gate',
    'an address in another script is sent only to a server that accepts it',
    [SMTP_NAMES, 'is not sent to a server without SMTPUTF8'],
    { node: 'BinaryExpression', becomes: 'false' },
  ),
  mutant(
    'C67.stable-message-id',
    'every try of a mail has one Message-ID',
    [SMTP, 'with a Message-ID made of the delivery'],
    { node: 'PropertyAccessExpression', becomes: 'message.tryId' },
  ),
  mutant(
    'C67.silence-after-dot',
    'silence after the final dot may be an acceptance',
    [
      'test/delivery/smtp-faults.test.ts',
      'C67: stalls or disconnects after the final dot: it may have been accepted',
    ],
    {
      node: 'IfStatement',
      becomes: `if (timedOut && !dataBegun) return { kind: 'ambiguous', error: { code: name, message: CONNECTION_FAILED } }`,
    },
  ),
  mutant(
    'C67.close-after-dot',
    'a server that closes after the final dot may have accepted the mail',
    [SMTP_LATE, 'C67: 421 after the final dot: at most three mails'],
    { node: 'BinaryExpression', becomes: 'timedOut && responseCode === CLOSING' },
  ),
  mutant(
    'C67.ascii-sender-domain',
    'a sender’s domain is ASCII in the envelope and the Message-ID',
    [SMTP_NAMES, 'C67: of the sender no-reply@bücher.example'],
    { node: 'PropertyAssignment', nth: 2, becomes: 'address: `${local}@${domain}`' },
  ),
  mutant(
    'C67.ehlo-sender-domain',
    'EHLO names the sender’s domain where the host has none',
    [SMTP_NAMES, 'C67: EHLO as null, of the host "3f1c2b9d8e7a"'],
    { node: 'Identifier', nth: 3, becomes: '' },
  ),
  mutant(
    'C28.envelope-quoting',
    'a name that needs quotes has them in the envelope',
    [SMTP_NAMES, 'C28: a..b.@docomo.ne.jp is one recipient'],
    {
      node: 'ConditionalExpression',
      becomes: 'name !== \'\' ? address : `"${name}"${address.slice(at)}`',
    },
  ),
  mutant(
    'C28.no-quoted-address',
    'SMTP does not mistake an address within quotes for a name',
    [SMTP, 'C28: an address between quotes in an address is a permanent failure'],
    { node: 'CallExpression', becomes: `name.endsWith('"')` },
  ),
  mutant(
    'C28.no-quoted-lookalike',
    'nothing between quotes can be misread as another address',
    [RECIPIENT, 'C28: "\\"a@evil.example\\"@example.com" is refused'],
    { node: 'BinaryExpression', becomes: 'quoted !== undefined' },
  ),
  mutant(
    'C12.needless-quotes-dropped',
    'quotes that a name does not need are not part of it',
    [RECIPIENT, 'C28: "\\"ada\\"@example.com" is reached as "ada@example.com"'],
    {
      node: 'BinaryExpression',
      becomes:
        '(quoted === undefined && DOT_ATOM.test(name)) || (isLoose(domain) && LOOSE_DOTS.test(name))',
    },
  ),
  mutant(
    'C67.ehlo-setting-wins',
    'the EHLO name that is set wins',
    [
      SMTP_NAMES,
      'C67: gives the configured name, otherwise its own, otherwise the sender’s domain',
    ],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C67.ehlo-injection-refused',
    'an EHLO name that could end the command stops the start',
    [SMTP, 'name=a.example%0d%0aMAIL'],
    { node: 'BinaryExpression', becomes: `ehloName === ''` },
  ),
  mutant(
    'C67.ehlo-generic-name',
    'generic host names are not used for EHLO',
    [SMTP_NAMES, 'C67: EHLO as null, of the host "localhost.localdomain"'],
    { node: 'ArrowFunction', becomes: '(name) => EHLO_NAME.test(name)' },
  ),
  mutant(
    'C67.idn-mail-server',
    'a mail server in another script is looked up in ASCII',
    [SMTP_NAMES, 'C67: a mail server in another script is looked up in ASCII'],
    {
      node: 'VariableStatement',
      becomes: "const host = decode(url.hostname, 'SMTP_URL', 'host').replace(/^\\[|\\]$/g, '')",
    },
  ),
  mutant(
    'C28.loose-dot-carriers',
    'names that docomo and au once issued are reached',
    [RECIPIENT, 'C28: "a..b.@docomo.ne.jp" is reached as "a..b.@docomo.ne.jp"'],
    { node: 'BinaryExpression', becomes: 'DOT_ATOM.test(name)' },
  ),
  mutant(
    'C28.loose-dots-only',
    'loose dots are accepted at the carriers’ domains alone',
    [RECIPIENT, 'C28: "a..b@docomo.ne.jp.example.com" is refused'],
    { node: 'BinaryExpression', becomes: 'domain.includes(loose)' },
  ),
  mutant(
    'C28.ambiguous-decoding',
    'a name that a mail program would decode to another address is refused',
    [RECIPIENT, 'C28: "\\"=?utf-8?q?a=40evil.example=3e?=\\"@example.com" is refused'],
    { node: 'IfStatement', becomes: '' },
  ),
]
