// The lines that keep C67 and C28 towards mail servers: late answers, and the names in the dialogue.
// It must name for each the fastest test that sees it.

import { type Defence, row } from './defence.ts'

const SMTP = 'src/delivery/providers/smtp/smtp.ts'
const ADDRESS = 'src/delivery/providers/smtp/mail-address.ts'
const LOCAL_PART = 'src/verification/local-part.ts'
const LATE = { file: 'test/delivery/smtp-late.test.ts' }
const NAMES = { file: 'test/delivery/smtp-names.test.ts' }
const MAIL = { file: 'test/delivery/smtp.test.ts' }
const RECIPIENT = { file: 'test/verification/recipient.test.ts' }

export const MAIL_SERVERS: readonly Defence[] = [
  row(
    'C67',
    'a mail server has all of the deadline for each of its words',
    { file: SMTP, find: 'const NET_TIMEOUT_MS = 60_000', replace: 'const NET_TIMEOUT_MS = 5_000' },
    { ...LATE, title: 'C67: a greeting that takes as long as the deadline allows' },
  ),
  row(
    'C67',
    'an address of another script is said to a server that takes it, and to no other',
    { file: SMTP, find: '!lease.takesUtf8 && needsUtf8(envelope)', replace: 'false' },
    { ...NAMES, title: 'is not said to a server without SMTPUTF8' },
  ),
  row(
    'C67',
    'every try of a mail has one Message-ID',
    { file: SMTP, find: '`<${message.deliveryId}@', replace: '`<${message.attemptId}@' },
    { ...MAIL, title: 'with a Message-ID made of the delivery' },
  ),
  row(
    'C67',
    'silence after the final dot may be an acceptance',
    { file: SMTP, find: 'if (dataBegun) return', replace: 'if (timedOut && !dataBegun) return' },
    { file: 'test/delivery/smtp-faults.test.ts', title: 'C67: stalls or goes after the final dot' },
  ),
  row(
    'C67',
    'a server that closes after the final dot may have accepted the mail',
    {
      file: SMTP,
      find: 'if (dataBegun && responseCode === CLOSING)',
      replace: 'if (timedOut && responseCode === CLOSING)',
    },
    { ...LATE, title: 'C67: 421 after the final dot: three mails at the most' },
  ),
  row(
    'C67',
    'a sender’s domain is ASCII in the envelope and the Message-ID',
    {
      file: 'src/delivery/setting-values.ts',
      find: 'address: `${local}@${ascii}`',
      replace: 'address: `${local}@${domain}`',
    },
    { ...NAMES, title: 'C67: of the sender no-reply@bücher.example' },
  ),
  row(
    'C67',
    'EHLO names the sender’s domain where the host has none',
    {
      file: 'src/delivery/providers/smtp/ehlo-name.ts',
      find: 'const named = [host, sender]',
      replace: 'const named = [host]',
    },
    { ...NAMES, title: 'C67: EHLO as null, of the host "3f1c2b9d8e7a"' },
  ),
  row(
    'C28',
    'a name that needs quotes has them in the envelope',
    { file: ADDRESS, find: 'return DOT_STRING.test(name) ?', replace: "return name !== '' ?" },
    { ...NAMES, title: 'C28: a..b.@docomo.ne.jp is one recipient' },
  ),
  row(
    'C28',
    'SMTP takes no address within quotes for a name',
    { file: ADDRESS, find: 'if (QUOTED_NAME.test(name))', replace: "if (name.endsWith('\"'))" },
    { ...MAIL, title: 'C28: an address between quotes in an address is a permanent failure' },
  ),
  row(
    'C28',
    'between quotes stands nothing that is misread as another address',
    {
      file: LOCAL_PART,
      find: 'quoted !== undefined && QUOTED_NAME.test(name)',
      replace: 'quoted !== undefined',
    },
    { ...RECIPIENT, title: 'C28: "\\"a@evil.example\\"@example.com" is refused' },
  ),
  row(
    'C12',
    'quotes that a name does not need are no part of it',
    {
      file: LOCAL_PART,
      find: 'if (DOT_ATOM.test(name) ||',
      replace: 'if ((quoted === undefined && DOT_ATOM.test(name)) ||',
    },
    { ...RECIPIENT, title: 'C28: "\\"ada\\"@example.com" is reached as "ada@example.com"' },
  ),

  row(
    'C67',
    'the EHLO name that is set wins',
    {
      file: 'src/delivery/providers/smtp/ehlo-name.ts',
      find: '  if (configured !== null) return configured\n',
      replace: '',
    },
    { ...NAMES, title: 'C67: says the name that is set' },
  ),
  row(
    'C67',
    'an EHLO name that could end the command stops the start',
    {
      file: 'src/delivery/smtp-settings.ts',
      find: 'ehloName !== null && !EHLO_NAME.test(ehloName)',
      replace: "ehloName === ''",
    },
    { ...MAIL, title: 'name=a.example%0d%0aMAIL' },
  ),
  row(
    'C67',
    'names that every machine may have are none for EHLO',
    {
      file: 'src/delivery/providers/smtp/ehlo-name.ts',
      find: ' && !OF_ANY_HOST.test(name))',
      replace: ')',
    },
    { ...NAMES, title: 'C67: EHLO as null, of the host "localhost.localdomain"' },
  ),
  row(
    'C67',
    'a mail server of another script is looked up in ASCII',
    {
      file: 'src/delivery/smtp-settings.ts',
      find: "const host = asciiDomain(decode(url.hostname, 'SMTP_URL', 'host').replace(/^\\[|\\]$/g, ''))",
      replace: "const host = decode(url.hostname, 'SMTP_URL', 'host').replace(/^\\[|\\]$/g, '')",
    },
    { ...NAMES, title: 'C67: a mail server of another script' },
  ),
  row(
    'C28',
    'names that docomo and au once gave out are reached',
    {
      file: LOCAL_PART,
      find: ' || (isLoose(domain) && LOOSE_DOTS.test(name))',
      replace: '',
    },
    { ...RECIPIENT, title: 'C28: "a..b.@docomo.ne.jp" is reached as "a..b.@docomo.ne.jp"' },
  ),
  row(
    'C28',
    'loose dots are those of the carriers’ domains alone',
    {
      file: LOCAL_PART,
      find: 'domain === loose || domain.endsWith(`.${loose}`)',
      replace: 'domain.includes(loose)',
    },
    { ...RECIPIENT, title: 'C28: "a..b@docomo.ne.jp.example.com" is refused' },
  ),
  row(
    'C28',
    'a name that a mail program would decode to another address is refused',
    { file: LOCAL_PART, find: '  if (ENCODED_WORD.test(name)) return null\n', replace: '' },
    { ...RECIPIENT, title: 'C28: "\\"=?utf-8?q?a=40evil.example=3e?=\\"@example.com" is refused' },
  ),
]
