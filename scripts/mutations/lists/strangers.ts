// Lines that keep a case and no invariant of their own: addresses, test recipients, headers, keys, fields.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const CLIENT_ADDRESS = 'test/limits/client-address.test.ts'
const C19_TEST_RECIPIENTS = 'test/e2e/c19-test-recipients.test.ts'
const SMTP = 'test/delivery/smtp.test.ts'
const BLOCKS = 'test/scripts/argon2-blocks.test.ts'
const BLOCKS_SOURCE = 'scripts/argon2-blocks.h'
const FILL_SOURCE = 'scripts/argon2-fill.c'

export const STRANGERS: readonly Mutant[] = [
  mutant(
    'C13.trusted-peer',
    'X-Forwarded-For is believed from a trusted peer only',
    [CLIENT_ADDRESS, 'is ignored unless the peer is trusted'],
    {
      node: 'BinaryExpression',
      becomes: '(forwardedFor ?? forwarded) === undefined || (isTrustedPeer(peer), false)',
    },
  ),
  mutant(
    'C13.rightmost-untrusted',
    'the client’s address is the first untrusted one from the right',
    [CLIENT_ADDRESS, 'anything left of the first untrusted address changes nothing'],
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
    [CLIENT_ADDRESS, 'C14: IPv4 that was translated, or goes through a tunnel, is the host’s own'],
    { node: 'BinaryExpression', becomes: 'address.isIPv4MappedAddress()' },
  ),
  mutant(
    'C14.6to4-teredo-ipv4',
    'a host behind 6to4 or Teredo is counted by its IPv4 address',
    [CLIENT_ADDRESS, 'C14: IPv4 that was translated, or goes through a tunnel, is the host’s own'],
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
    'an entry of X-Forwarded-For may be quoted',
    [CLIENT_ADDRESS, 'quoted, with brackets and a port'],
    { node: 'ReturnStatement', becomes: 'return text' },
  ),
  mutant(
    'C13.obfuscated-port',
    'a port of Forwarded may be an obfuscated name',
    [CLIENT_ADDRESS, 'for="198.51.100.1:_gazonk" gives 198.51.100.1'],
    {
      node: 'VariableDeclaration',
      becomes: 'IPV4_WITH_PORT = /^(\\d+\\.\\d+\\.\\d+\\.\\d+):\\d{1,5}$/',
    },
  ),
  mutant(
    'C13.malformed-no-address',
    'a malformed element of Forwarded gives no address',
    [CLIENT_ADDRESS, '"for=198.51.100.1;x" gives none'],
    { node: 'IfStatement', becomes: 'if (name === undefined) break' },
  ),
  mutant(
    'C13.xff-over-forwarded',
    'Forwarded is ignored where there is an X-Forwarded-For',
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
    'a test recipient expires on its date',
    [
      C19_TEST_RECIPIENTS,
      'C19: they expire on their date; verifications started before keep their code',
    ],
    { node: 'BinaryExpression', nth: 2, becomes: 'now > 0' },
  ),
  mutant(
    'C19.real-sends-only',
    'messages are sent for real verifications only',
    ['test/delivery/worker-silence.test.ts', 'C19: a test recipient’s message is not sent'],
    { node: 'PropertyAssignment', becomes: `silent: due.kind === 'decoy'` },
  ),
  mutant(
    'C19.test-send-exempt',
    'test recipients are exempt from the send limits',
    [C19_TEST_RECIPIENTS, 'C19: exempt from sends_* and from nothing else'],
    { node: 'CallExpression', becomes: 'sendLimitKeys(domain, subject)' },
  ),
  mutant(
    'C19.test-address-limits',
    'a prefix of test recipients keeps the limits by address',
    ['test/e2e/c19-test-prefixes.test.ts', 'C19: a prefix is millions'],
    { node: 'IfStatement', becomes: 'if (test) return []' },
  ),
  mutant(
    'C28.no-control-characters',
    'a recipient has no control characters, not even at its ends',
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
    'the mailer checks the address again (its library, too, refuses CRLF alone)',
    [SMTP, 'C28: two addresses in an address'],
    { node: 'IfStatement', becomes: 'if (at < 1) return null' },
  ),
  mutant(
    'C28.require-tls',
    'no mail command is sent to a server without TLS',
    [SMTP, 'C28: STARTTLS refused is a permanent failure'],
    { node: 'PropertyAssignment', becomes: 'requireTLS: false' },
  ),
  mutant(
    'C35.own-service-lookup',
    'a verification is found by its own service only',
    ['test/http/flow.test.ts', 'C35: the key of another service does not see the verification'],
    { node: 'CallExpression', becomes: `eq(v.id, p('id'))` },
  ),
  mutant(
    'C35.revoked-key-refused',
    'a revoked key is not accepted',
    ['test/access/api-keys.test.ts', 'C35: a stored key does, until it is revoked'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C35.route-scope',
    'a route requires its scope',
    ['test/http/auth.test.ts', 'C35: a key without the scope is 403'],
    { node: 'PrefixUnaryExpression', becomes: '!access.scopes' },
  ),
  mutant(
    'C43.unknown-field-refused',
    'an unknown field is refused',
    ['test/http/validation.test.ts', 'C43: start with status is 400, named'],
    { node: 'Identifier', nth: 3, becomes: 'object' },
  ),
  mutant(
    'C36.blocks-go-back',
    'memory of argon2 that no hash takes goes back to the system',
    [BLOCKS, 'goes back to the system once idle, and the next hash is right'],
    { file: BLOCKS_SOURCE, find: 'all || block.looksBefore < looks', replace: 'all' },
  ),
  mutant(
    'C36.blocks-make-room',
    'a block of another size goes back before a new one is mapped',
    [BLOCKS, '10,000 hashes of several sizes: never more blocks than hashes at once'],
    { file: BLOCKS_SOURCE, find: 'if (!kept.empty()) {', replace: 'if (false) {' },
  ),
  mutant(
    'C36.blocks-of-a-thread',
    'where a thread of JavaScript ends, what it kept goes back',
    [BLOCKS, 'a thread of JavaScript that ends leaves nothing, and is not held up'],
    { file: BLOCKS_SOURCE, find: '~Timer() { give_back(true); }', replace: '' },
  ),
  mutant(
    'C36.fill-lanes',
    'the fast build of argon2 mixes in blocks of other lanes, as the package does',
    [BLOCKS, 'hashes as the package does, whatever was hashed before'],
    { file: FILL_SOURCE, find: '(uint32_t)((word >> 32) % instance->lanes)', replace: '0' },
  ),
]
