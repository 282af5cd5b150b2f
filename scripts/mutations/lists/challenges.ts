// Lines that keep C85: a solved challenge is valid for one start, of the one it was issued for, in time.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const CHALLENGE = 'test/shield/challenge.test.ts'
const STARTS = 'test/verification/challenged-starts.test.ts'

export const CHALLENGES: readonly Mutant[] = [
  mutant(
    'C85.signature',
    'a challenge that this service did not sign is forged',
    [CHALLENGE, 'one that was changed is forged: less work'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant('C85.expiry', 'a challenge expires', [CHALLENGE, 'it expires after five minutes'], {
    node: 'IfStatement',
    becomes: '',
  }),
  mutant(
    'C85.binding',
    'a challenge is valid for its own recipient and service',
    [CHALLENGE, 'valid for nobody else: another recipient'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant('C85.work', 'a challenge is solved by work', [CHALLENGE, 'that was not done is wrong'], {
    node: 'IfStatement',
    becomes: '',
  }),
  mutant(
    'C85.no-options',
    'what stands beside a solution is no option of the library: one that it does not know was a 500',
    ['test/shield/challenge.test.ts', 'brings nothing but itself'],
    { node: 'ReturnStatement', becomes: 'return read as Solved' },
  ),
  mutant(
    'C85.spent-once',
    'SQLite: a challenge is spent in the transaction of its start',
    ['test/service/databases.test.ts', 'C85: 20 starts in parallel'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C85.pg-spent-once',
    'PostgreSQL: a challenge is spent in the transaction of its start',
    ['test/storage/postgres/store.test.ts', 'C85: 20 starts in parallel'],
    {
      file: 'drizzle/postgres/0040_spent_challenges.sql',
      find: 'ON CONFLICT (id) DO NOTHING;\n  IF NOT FOUND THEN',
      replace: 'ON CONFLICT (id) DO NOTHING;\n  IF false THEN',
    },
  ),
  mutant(
    'C85.questioned',
    'a start that the lists question needs a challenge',
    [STARTS, 'C85: it is refused with a challenge'],
    { node: 'AwaitExpression', becomes: 'await makeNew(deps, context, null)' },
  ),
]
