// Lines that keep a case and no invariant of their own: addresses, test recipients, headers, keys, fields.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const CLIENT_ADDRESS = 'test/limits/client-address.test.ts'
const C19_TEST_RECIPIENTS = 'test/e2e/c19-test-recipients.test.ts'
const SMTP = 'test/delivery/smtp.test.ts'

export const STRANGERS: readonly Mutant[] = [
  mutant(
    'C13.trusted-peer',
    'X-Forwarded-For counts from a trusted peer only',
    [CLIENT_ADDRESS, 'is ignored unless the peer is trusted'],
    {
      node: 'BinaryExpression',
      becomes: '(forwardedFor ?? forwarded) === undefined || (isTrustedPeer(peer), false)',
    },
  ),
  mutant(
    'C13.rightmost-untrusted',
    'the first untrusted address from the right is the one',
    [CLIENT_ADDRESS, 'whatever stands left of the first untrusted address changes nothing'],
    { node: 'VariableStatement', becomes: `const entry = text.split(',')[0] ?? ''` },
  ),
  mutant(
    'C13.ipv4-mapped',
    'IPv4 mapped into IPv6 is the IPv4 address',
    [CLIENT_ADDRESS, 'IPv4 is its own key, in every spelling'],
    { node: 'BinaryExpression', becomes: 'TRANSLATED.some((range) => contains(range, address))' },
  ),
  mutant(
    'C13.nat64-embedded',
    'IPv4 behind NAT64 is the IPv4 address',
    [CLIENT_ADDRESS, 'C14: IPv4 that was translated, or goes by a tunnel'],
    { node: 'BinaryExpression', becomes: 'address.isIPv4MappedAddress()' },
  ),
  mutant(
    'C14.6to4-teredo-ipv4',
    'a host behind 6to4 or Teredo is counted by its IPv4 address',
    [CLIENT_ADDRESS, 'C14: IPv4 that was translated, or goes by a tunnel'],
    { node: 'IfStatement', becomes: 'void end' },
  ),
  mutant(
    'C14.local-nat64',
    'an address behind a local NAT64 is counted by itself',
    [CLIENT_ADDRESS, 'C14: a local NAT64 may show all of IPv4 in one /64'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C13.quoted-xff',
    'an entry of X-Forwarded-For may stand in quotes',
    [CLIENT_ADDRESS, 'quoted, with brackets and a port'],
    { node: 'ReturnStatement', becomes: 'return text' },
  ),
  mutant(
    'C13.obfuscated-port',
    'a port of Forwarded may be a name that hides it',
    [CLIENT_ADDRESS, 'for="198.51.100.1:_gazonk" gives 198.51.100.1'],
    {
      node: 'VariableDeclaration',
      becomes: 'IPV4_WITH_PORT = /^(\\d+\\.\\d+\\.\\d+\\.\\d+):\\d{1,5}$/',
    },
  ),
  mutant(
    'C13.malformed-no-address',
    'an element of Forwarded that is malformed tells no address',
    [CLIENT_ADDRESS, '"for=198.51.100.1;x" gives none'],
    { node: 'IfStatement', becomes: 'if (name === undefined) break' },
  ),
  mutant(
    'C13.xff-over-forwarded',
    'Forwarded is not read in addition to X-Forwarded-For',
    [CLIENT_ADDRESS, 'is not read in addition to X-Forwarded-For'],
    {
      node: 'VariableDeclaration',
      becomes: `text = headers.forwarded ?? headers.forwardedFor ?? ''`,
    },
  ),
  mutant(
    'C14.ipv6-prefix-64',
    'IPv6 is counted by its /64',
    [CLIENT_ADDRESS, 'C14: every address of one /64 has one key'],
    { node: 'ParenthesizedExpression', becomes: '(index < 99 ? part : 0)' },
  ),
  mutant(
    'C19.test-recipient-expiry',
    'a test recipient ends with its date',
    [C19_TEST_RECIPIENTS, 'C19: they end with their date'],
    { node: 'BinaryExpression', nth: 2, becomes: 'now > 0' },
  ),
  mutant(
    'C19.real-sends-only',
    'nothing but a real verification is sent',
    ['test/delivery/worker-silence.test.ts', 'C19: a test recipient’s message is not sent'],
    { node: 'PropertyAssignment', becomes: `silent: due.kind === 'decoy'` },
  ),
  mutant(
    'C19.test-send-exempt',
    'test recipients are exempt from the send limits',
    [C19_TEST_RECIPIENTS, 'C19: exempt from sends_* and from nothing else'],
    { node: 'CallExpression', becomes: 'sendLimitKeys(domain, subjectOf(begun))' },
  ),
  mutant(
    'C19.test-address-limits',
    'a prefix of test recipients keeps the limits by address',
    ['test/e2e/c19-test-prefixes.test.ts', 'C19: a prefix is millions'],
    { node: 'IfStatement', becomes: 'if (test) return []' },
  ),
  mutant(
    'C28.no-control-characters',
    'a recipient has no control characters, at its ends neither',
    ['test/verification/recipient.test.ts', 'C28: "a@example.com\\r\\n" is refused'],
    {
      node: 'IfStatement',
      becomes: `if (!to && CONTROL.test(to)) {
    return { kind: 'unreadable', field: 'to', detail: 'has control characters' }
  }`,
    },
  ),
  mutant(
    'C28.mailer-address-check',
    'the mailer looks at the address once more (CRLF alone its library refuses, too)',
    [SMTP, 'C28: two addresses in an address'],
    { node: 'IfStatement', becomes: 'if (at < 1) return null' },
  ),
  mutant(
    'C28.require-tls',
    'nothing is said to a mail server without TLS',
    [SMTP, 'C28: STARTTLS refused is a permanent failure'],
    { node: 'PropertyAssignment', becomes: 'requireTLS: false' },
  ),
  mutant(
    'C35.own-service-lookup',
    'a verification is found by its own service only',
    ['test/http/flow.test.ts', 'C35: what one service made, the key of another does not see'],
    { node: 'CallExpression', becomes: `eq(v.id, p('id'))` },
  ),
  mutant(
    'C35.revoked-key-refused',
    'a revoked key is no key',
    ['test/access/api-keys.test.ts', 'C35: a stored key does, until it is revoked'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C35.route-scope',
    'a route asks for its scope',
    ['test/http/auth.test.ts', 'C35: a key without the scope is 403'],
    { node: 'PrefixUnaryExpression', becomes: '!access.scopes' },
  ),
  mutant(
    'C43.unknown-field-refused',
    'a field that is not known is refused',
    ['test/http/validation.test.ts', 'C43: start with status is 400, named'],
    { node: 'Identifier', nth: 3, becomes: 'object' },
  ),
]
