// The lines that keep webhooks: written with their cause, told to the right one, and never led inside.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const PORTS = 'test/storage/sqlite/ports.test.ts'
const POSTGRES = 'test/storage/postgres/store.test.ts'
const BODY = 'test/webhooks/body.test.ts'
const POST = 'test/webhooks/post.test.ts'
const ADDRESS = 'test/webhooks/address.test.ts'
const TRANSITIONS = 'test/webhooks/transitions.test.ts'
const SENDER = 'test/webhooks/sender.test.ts'
const HEADS = 'test/storage/sqlite/audit-chain.test.ts'
const CONFIG = 'test/config/webhooks.test.ts'
const ADMIN = 'test/admin/webhooks.test.ts'
const WRITTEN = 'an approval writes a message for each destination that hears of it'

export const WEBHOOKS: readonly Mutant[] = [
  mutant('I19.written-with-cause', 'an event brings its messages along', [PORTS, WRITTEN], {
    node: 'ReturnStatement',
    becomes: 'return event',
  }),
  mutant(
    'I19.sqlite-in-transaction',
    'SQLite writes a message in the transaction of its event',
    [PORTS, WRITTEN],
    { node: 'ExpressionStatement', becomes: '{}' },
  ),
  mutant(
    'I19.pg-in-transaction',
    'PostgreSQL writes a message in the transaction of its event',
    [POSTGRES, WRITTEN],
    { node: 'ReturnStatement', becomes: 'return { type, details }' },
  ),
  mutant(
    'C62.recipient-on-request',
    'a message holds a recipient only where its destination asks for it',
    [BODY, 'has a version, an id without a dot, the time of its cause, and no recipient'],
    { node: 'ObjectLiteralExpression', becomes: '{ ...payload.data, recipient: open() }' },
  ),
  mutant(
    'C57.all-secrets-sign',
    'every secret signs during a rotation',
    [BODY, 'is signed with every secret, at the time of the try'],
    {
      node: 'CallExpression',
      becomes: 'secrets.slice(0, 1).map((secret) => new Webhook(secret).sign(id, at, body))',
    },
  ),
  mutant(
    'C57.signed-at-try',
    'the time that is signed is the one that is sent',
    [BODY, 'is signed with every secret, at the time of the try'],
    { node: 'PropertyAssignment', becomes: `'webhook-timestamp': String(now)` },
  ),
  mutant(
    'C34.private-refused',
    'a private address is not reached',
    [ADDRESS, '10.1.2.3 is refused'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C34.translated-unwrapped',
    'an IPv4 address inside one of IPv6 is that address',
    [ADDRESS, 'what is allowed is its range, mapped or not'],
    { node: 'ReturnStatement', becomes: 'return address' },
  ),
  mutant(
    'C34.literal-checked',
    'a literal is looked at before a socket is opened',
    [POST, 'C34: a literal that is private is refused before any socket'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C34.looked-up-checked',
    'an address is looked at where the socket connects',
    [POST, 'C34: a name that resolves to a private address is refused in the look-up'],
    { node: 'CallExpression', becomes: 'found' },
  ),
  mutant(
    'C34.peer-checked',
    'the peer of the socket is looked at, however it was reached',
    [POST, 'C34: an address that is allowed and leads to another is refused by its peer'],
    { node: 'CallExpression', becomes: 'true' },
  ),
  mutant(
    'C34.https-in-production',
    'production requires https',
    [CONFIG, 'C34: {"url":"http://a.example"} in a file is refused at start'],
    { node: 'ReturnStatement', becomes: 'return undefined' },
  ),
  mutant(
    'C34.private-literal-at-start',
    'a private literal is refused at start',
    [CONFIG, 'C34: {"url":"https://0x7f.1"} in a file is refused at start'],
    { node: 'ReturnStatement', becomes: 'return undefined' },
  ),
  mutant(
    'C57.redirect-not-taken',
    'a redirect is a failure',
    [POST, 'C57: a redirect is a failure, and is not followed'],
    { node: 'BinaryExpression', becomes: 'status < 400' },
  ),
  mutant(
    'C57.dead-after-a-day',
    'a message is given up after a day of tries, or at once where the receiver is gone',
    [TRANSITIONS, 'C57: a receiver that answers 500 for a day'],
    { node: 'ReturnStatement', becomes: `return { state: 'queued', dueAfterMs: 1, error }` },
  ),
  mutant(
    'C57.lane-by-destination',
    'a receiver that hangs takes no place of another',
    [SENDER, 'C57: one that hangs costs another nothing'],
    { node: 'BinaryExpression', becomes: 'PLACES - running.size' },
  ),
  mutant(
    'C57.unknown-key-given-back',
    'a node without the key leaves a message to the others',
    [TRANSITIONS, 'a node without the key gives it back'],
    { node: 'ReturnStatement', becomes: `return { state: 'dead', dueAfterMs: null, error }` },
  ),
  mutant(
    'C57.taken-ends-failing',
    'a destination that accepts something works again',
    [TRANSITIONS, 'C57: that works again'],
    { node: 'ReturnStatement', becomes: 'return null' },
  ),
  mutant(
    'C57.off-after-five-days',
    'a destination that has accepted nothing for five days is switched off',
    [TRANSITIONS, 'C57: that fails for five days'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C57.off-is-not-sent',
    'nothing is sent to a destination that is off',
    [SENDER, 'C57: one that fails for five days is switched off'],
    { node: 'PrefixUnaryExpression', becomes: 'true' },
  ),
  mutant(
    'C57.removed-is-not-replayed',
    'no message is made due for a URL that the settings no longer have',
    [ADMIN, 'C57: messages of a URL that the settings no longer have'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C35.webhooks-of-own-service',
    'an admin of one service sees no destinations of another',
    [ADMIN, 'C57: one that is off is switched on by somebody whom the log names'],
    { node: 'CallExpression', becomes: '[...own, ...removed]' },
  ),
  mutant(
    'I19.head-retried',
    'a head that was not taken is sent again before the next one',
    [HEADS, 'I19: one that was not taken comes again under its id'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'I20.heads-go-on',
    'a URL that has a head gets the next one, from whichever node',
    [HEADS, 'nodes follow one another where the first one stopped'],
    { node: 'ExpressionStatement', becomes: '{}' },
  ),
]
