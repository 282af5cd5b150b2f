// Lines that keep a case and no invariant of their own: addresses, test recipients, headers, keys, fields.
// It must name for each the fastest test that sees it.

import type { Defence } from './defence.ts'

const ADDRESS = 'src/limits/client-address.ts'
const FORWARDED = 'src/limits/forwarded.ts'
const ADDRESS_TEST = 'test/limits/client-address.test.ts'
const SMTP = 'src/delivery/providers/smtp/smtp.ts'

export const STRANGERS: readonly Defence[] = [
  {
    keeps: 'C13',
    line: 'X-Forwarded-For counts from a trusted peer only',
    changes: [
      {
        file: ADDRESS,
        find: '=== undefined || !isTrustedPeer(peer)) return null',
        replace: '=== undefined || (isTrustedPeer(peer), false)) return null',
      },
    ],
    test: { file: ADDRESS_TEST, title: 'is ignored unless the peer is trusted' },
  },
  {
    keeps: 'C13',
    line: 'the first untrusted address from the right is the one',
    changes: [
      {
        file: FORWARDED,
        find: 'const entry = text.slice(comma + 1, end)',
        replace: "const entry = text.split(',')[0] ?? ''",
      },
    ],
    test: {
      file: ADDRESS_TEST,
      title: 'whatever stands left of the first untrusted address changes nothing',
    },
  },
  {
    keeps: 'C13',
    line: 'IPv4 mapped into IPv6 is the IPv4 address',
    changes: [
      {
        file: ADDRESS,
        find: 'address.isIPv4MappedAddress() || TRANSLATED',
        replace: 'TRANSLATED',
      },
    ],
    test: { file: ADDRESS_TEST, title: 'IPv4 is its own key, in every spelling' },
  },
  {
    keeps: 'C13',
    line: 'IPv4 behind NAT64 is the IPv4 address',
    changes: [
      {
        file: ADDRESS,
        find: ' || TRANSLATED.some((range) => contains(range, address))',
        replace: '',
      },
    ],
    test: { file: ADDRESS_TEST, title: 'C14: IPv4 that was translated, or goes by a tunnel' },
  },
  {
    keeps: 'C14',
    line: 'a host behind 6to4 or Teredo is counted by its IPv4 address',
    changes: [{ file: ADDRESS, find: 'if (end) return write(end)', replace: 'void end' }],
    test: { file: ADDRESS_TEST, title: 'C14: IPv4 that was translated, or goes by a tunnel' },
  },
  {
    keeps: 'C14',
    line: 'an address behind a local NAT64 is counted by itself',
    changes: [
      {
        file: ADDRESS,
        find: 'if (contains(LOCAL_NAT64, address)) return write(address)',
        replace: '',
      },
    ],
    test: { file: ADDRESS_TEST, title: 'C14: a local NAT64 may show all of IPv4 in one /64' },
  },
  {
    keeps: 'C13',
    line: 'an entry of X-Forwarded-For may stand in quotes',
    changes: [
      {
        file: FORWARDED,
        find: 'return QUOTED.exec(text)?.groups?.inside ?? text',
        replace: 'return text',
      },
    ],
    test: { file: ADDRESS_TEST, title: 'quoted, with brackets and a port' },
  },
  {
    keeps: 'C13',
    line: 'a port of Forwarded may be a name that hides it',
    changes: [
      { file: ADDRESS, find: '\\.\\d+):(?:\\d{1,5}|_[\\w.-]+)$', replace: '\\.\\d+):\\d{1,5}$' },
    ],
    test: { file: ADDRESS_TEST, title: 'for="198.51.100.1:_gazonk" gives 198.51.100.1' },
  },
  {
    keeps: 'C13',
    line: 'an element of Forwarded that is malformed tells no address',
    changes: [
      {
        file: FORWARDED,
        find: 'if (name === undefined) return null',
        replace: 'if (name === undefined) break',
      },
    ],
    test: { file: ADDRESS_TEST, title: '"for=198.51.100.1;x" gives none' },
  },
  {
    keeps: 'C13',
    line: 'Forwarded is not read beside X-Forwarded-For',
    changes: [
      {
        file: FORWARDED,
        find: 'const text = headers.forwardedFor ?? headers.forwarded ??',
        replace: 'const text = headers.forwarded ?? headers.forwardedFor ??',
      },
    ],
    test: { file: ADDRESS_TEST, title: 'is not read beside X-Forwarded-For' },
  },
  {
    keeps: 'C14',
    line: 'IPv6 is counted by its /64',
    changes: [
      {
        file: ADDRESS,
        find: '(index < SITE_HEXTETS ? part : 0)',
        replace: '(index < 99 ? part : 0)',
      },
    ],
    test: { file: ADDRESS_TEST, title: 'C14: every address of one /64 has one key' },
  },
  {
    keeps: 'C19',
    line: 'a test recipient ends with its date',
    changes: [
      {
        file: 'src/verification/recipient.ts',
        find: 'now < test.untilMs &&',
        replace: 'now > 0 &&',
      },
    ],
    test: { file: 'test/e2e/c19-test-recipients.test.ts', title: 'C19: they end with their date' },
  },
  {
    keeps: 'C19',
    line: 'nothing but a real verification is sent',
    changes: [
      {
        file: 'src/delivery/plan.ts',
        find: "silent: due.kind !== 'real',",
        replace: "silent: due.kind === 'decoy',",
      },
    ],
    test: {
      file: 'test/delivery/worker-silence.test.ts',
      title: 'C19: a test recipient’s message is not sent',
    },
  },
  {
    keeps: 'C19',
    line: 'test recipients are exempt from the send limits',
    changes: [
      {
        file: 'src/verification/start.ts',
        find: '? testLimitKeys(domain, subjectOf(begun), test)',
        replace: '? sendLimitKeys(domain, subjectOf(begun))',
      },
    ],
    test: {
      file: 'test/e2e/c19-test-recipients.test.ts',
      title: 'C19: exempt from sends_* and from nothing else',
    },
  },
  {
    keeps: 'C19',
    line: 'a prefix of test recipients keeps the limits by address',
    changes: [
      {
        file: 'src/verification/budgets.ts',
        find: 'if (test && !test.prefix) return []',
        replace: 'if (test) return []',
      },
    ],
    test: { file: 'test/e2e/c19-test-prefixes.test.ts', title: 'C19: a prefix is millions' },
  },
  {
    keeps: 'C28',
    line: 'a recipient has no control characters, at its ends neither',
    changes: [
      {
        file: 'src/verification/recipient.ts',
        find: 'if (CONTROL.test(to)) {',
        replace: 'if (!to && CONTROL.test(to)) {',
      },
    ],
    test: {
      file: 'test/verification/recipient.test.ts',
      title: 'C28: "a@example.com\\r\\n" is refused',
    },
  },
  {
    keeps: 'C28',
    line: 'the mailer looks at the address once more (CRLF alone its library refuses, too)',
    changes: [
      {
        file: 'src/delivery/providers/smtp/mail-address.ts',
        find: 'if (at < 1 || !NAME.test(name)) return null',
        replace: 'if (at < 1) return null',
      },
    ],
    test: {
      file: 'test/delivery/smtp.test.ts',
      title: 'C28: two addresses in an address',
    },
  },
  {
    keeps: 'C28',
    line: 'nothing is said to a mail server without TLS',
    changes: [
      {
        file: SMTP,
        find: 'requireTLS: settings.requireTls && !settings.secure,',
        replace: 'requireTLS: false,',
      },
    ],
    test: {
      file: 'test/delivery/smtp.test.ts',
      title: 'C28: STARTTLS refused is a permanent failure',
    },
  },
  {
    keeps: 'C35',
    line: 'a verification is found by its own service only',
    changes: [
      {
        file: 'src/storage/sqlite/rows.ts',
        find: ".where(and(eq(v.id, p('id')), eq(v.service, p('service'))))",
        replace: ".where(eq(v.id, p('id')))",
      },
    ],
    test: {
      file: 'test/http/flow.test.ts',
      title: 'C35: what one service made, the key of another does not see',
    },
  },
  {
    keeps: 'C35',
    line: 'a revoked key is no key',
    changes: [
      {
        file: 'src/access/authenticator.ts',
        find: '    if (record.revokedAt !== null) return undefined\n',
        replace: '',
      },
    ],
    test: {
      file: 'test/access/api-keys.test.ts',
      title: 'C35: a stored key does, until it is revoked',
    },
  },
  {
    keeps: 'C35',
    line: 'a route asks for its scope',
    changes: [
      {
        file: 'src/http/middleware/auth.ts',
        find: 'if (!access.scopes.has(needed.scope))',
        replace: 'if (!access.scopes)',
      },
    ],
    test: { file: 'test/http/auth.test.ts', title: 'C35: a key without the scope is 403' },
  },
  {
    keeps: 'C43',
    line: 'a field that is not known is refused',
    changes: [
      {
        file: 'src/http/schemas/requests.ts',
        find: 'export const StartBody = z\n  .strictObject({',
        replace: 'export const StartBody = z\n  .object({',
      },
    ],
    test: { file: 'test/http/validation.test.ts', title: 'C43: start with status is 400, named' },
  },
]
