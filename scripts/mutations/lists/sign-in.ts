// The lines that guard the console's sign-in: a right key gets in whatever strangers do, wrong ones are counted.
// It must not name what a session is guarded by: console.ts has that.

import { type Mutant, mutant } from '../mutation.ts'

const C33 = 'test/console/c33.test.ts'
const WRONG_KEYS = 'test/console/wrong-keys.test.ts'

export const SIGN_IN: readonly Mutant[] = [
  mutant(
    'C33.right-key-first',
    'a right key is recognised before wrong ones are counted: strangers lock nobody out',
    [C33, 'a thousand keys from one address'],
    {
      node: 'IfStatement',
      becomes: `const full = await deps.wrongKeys.count(addressOf(c, deps))
  if (!signedIn || full) return refuseKey(page, deps, to)`,
    },
  ),
  mutant(
    'C33.ipv6-site-counted',
    'wrong keys of one IPv6 site are counted together',
    [C33, 'a whole IPv6 site is one address'],
    {
      node: 'ConditionalExpression',
      becomes: "address === null ? 'unix' : `${addressKey(address)} ${address}`",
    },
  ),
  mutant(
    'C33.global-wrong-keys',
    'wrong keys of all addresses share a limit',
    [
      WRONG_KEYS,
      'of a thousand addresses are too many in all: reported once by each node, and for its window only',
    ],
    { node: 'CallExpression', becomes: `keyOf('sign_in_all', countedAs(address))` },
  ),
  mutant(
    'C33.flood-without-writes',
    'a flood of wrong keys does not cost a write for each',
    [WRONG_KEYS, 'of one address are counted on all nodes'],
    { node: 'BinaryExpression', becomes: 'retryAfterSeconds === 0' },
  ),
  mutant(
    'C33.full-address-cap',
    'full addresses are remembered up to a bound',
    [WRONG_KEYS, 'are remembered for a bounded number of addresses'],
    { node: 'BinaryExpression', nth: 3, becomes: 'fullUntil.size >= MAX_REMEMBERED * 100' },
  ),
  mutant(
    'C33.api-wrong-keys',
    'wrong keys at the API are counted',
    [C33, 'at the API, too: wrong bearer keys are counted and never lock a right one out'],
    {
      node: 'Identifier',
      becomes: `token
=== null`,
    },
  ),
  mutant(
    'C33.session-cap',
    'the sessions of one key are bounded',
    ['test/storage/sqlite/ports.test.ts', 'keeps the newest of a key'],
    { node: 'ExpressionStatement', becomes: 'void crowd' },
  ),
  mutant(
    'C33.pg-session-cap',
    'PostgreSQL: the sessions of one key are bounded',
    ['test/storage/postgres/store.test.ts', 'keeps the newest of a key'],
    { node: 'BinaryExpression', becomes: 'MAX_SESSIONS_OF_KEY * 10' },
  ),
  mutant(
    'C33.crowd-one-line',
    'many wrong keys at once are one line of the log',
    [
      WRONG_KEYS,
      'of a thousand addresses are too many in all: reported once by each node, and for its window only',
    ],
    { node: 'BinaryExpression', becomes: `limit === 'sign_in_all'` },
  ),
]
