// The lines that guard the console's sign-in: a right key gets in whatever strangers do, wrong ones are counted.
// It must not name what a session is guarded by: console.ts has that.

import { type Defence, row } from './defence.ts'

const COUNTING = 'src/admin/wrong-keys.ts'
const COUNTING_TEST = 'test/admin/wrong-keys.test.ts'
const HTTP_TEST = 'test/admin/c33.test.ts'

export const SIGN_IN: readonly Defence[] = [
  row(
    'C33',
    'a right key is looked at before wrong ones are counted: strangers keep nobody out',
    {
      file: 'src/admin/sign-in.ts',
      find: '  if (!begun) return refuseKey(page, deps, to)\n',
      replace:
        '  const full = await deps.console.wrongKeys.count(addressOf(c, deps))\n  if (!begun || full) return refuseKey(page, deps, to)\n',
    },
    { file: HTTP_TEST, title: 'a thousand keys from one address' },
  ),
  row(
    'C33',
    'wrong keys of one IPv6 site are counted together',
    {
      file: COUNTING,
      find: "address === null ? 'unix' : addressKey(address)",
      replace: "address === null ? 'unix' : `${addressKey(address)} ${address}`",
    },
    { file: HTTP_TEST, title: 'a whole IPv6 site is one address' },
  ),
  row(
    'C33',
    'wrong keys of all addresses have a limit together',
    {
      file: COUNTING,
      find: "keyOf('sign_in_all', 'everybody')",
      replace: "keyOf('sign_in_all', countedAs(address))",
    },
    { file: COUNTING_TEST, title: 'of a thousand addresses are too many in all' },
  ),
  row(
    'C33',
    'a flood of wrong keys costs no write for each',
    {
      file: COUNTING,
      find: '        if (retryAfterSeconds !== undefined) return',
      replace: '        if (retryAfterSeconds === 0) return',
    },
    { file: COUNTING_TEST, title: 'of one address are counted on all nodes' },
  ),
  row(
    'C33',
    'addresses that are full are remembered up to a bound',
    {
      file: COUNTING,
      find: 'fullUntil.size >= MAX_REMEMBERED',
      replace: 'fullUntil.size >= MAX_REMEMBERED * 100',
    },
    { file: COUNTING_TEST, title: 'are remembered for a bounded number of addresses' },
  ),
  row(
    'C33',
    'wrong keys at the API are counted',
    {
      file: 'src/http/middleware/auth.ts',
      find: '      if (token) {\n        const at',
      replace: '      if (token === null) {\n        const at',
    },
    { file: HTTP_TEST, title: 'at the API, too: wrong bearer keys are counted' },
  ),
  row(
    'C33',
    'the sessions of one key are bounded',
    {
      file: 'src/storage/sqlite/admin-session-store.ts',
      find: '        crowd.run({ keyId: session.keyId })\n',
      replace: '        void crowd\n',
    },
    { file: 'test/storage/sqlite/ports.test.ts', title: 'keeps the newest of a key' },
  ),
  row(
    'C33',
    'the sessions of one key are bounded (PostgreSQL)',
    {
      file: 'src/storage/postgres/admin-session-store.ts',
      find: 'offset ${MAX_SESSIONS_OF_KEY - 1})',
      replace: 'offset ${MAX_SESSIONS_OF_KEY * 10})',
    },
    { file: 'test/storage/postgres/store.test.ts', title: 'keeps the newest of a key' },
  ),
  row(
    'C33',
    'a crowd of wrong keys at once is one line of the log',
    {
      file: COUNTING,
      find: ' && remembered(key) === undefined)\n',
      replace: ')\n',
    },
    { file: COUNTING_TEST, title: 'of a thousand addresses are too many in all' },
  ),
]
