// Lines that keep C90: an approval is of one login, one service and one browser, for five minutes, once.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const SIGNED = 'test/front/c90-approvals.test.ts'
const EXCHANGE = 'test/front/c90-exchange.test.ts'

export const APPROVALS: readonly Mutant[] = [
  mutant(
    'C90.code-needs-session',
    'a verification without a session has no one-use code, and neither has one that was not approved',
    [EXCHANGE, 'a verification without a session gets none'],
    { node: 'IfStatement', becomes: 'if (endedAt === null) return null' },
  ),
  mutant(
    'C90.code-ends',
    'a one-use code ends five minutes after the approval',
    [EXCHANGE, 'it ends five minutes after the approval'],
    { node: 'ReturnStatement', becomes: 'return endsAt === undefined ? undefined : id' },
  ),
  mutant(
    'C90.session-compared',
    'a one-use code is exchanged with the session of its start alone',
    [EXCHANGE, 'with another session, or by another service'],
    { node: 'CallExpression', becomes: 'sessionMacs(keyring, name, session).length > 0' },
  ),
  mutant(
    'C90.exchanged-once',
    'one exchange ends all codes of a verification',
    [EXCHANGE, 'of twenty exchanges at the same time one succeeds'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C90.token-ends',
    'a token ends five minutes after the approval, whenever it was signed',
    [SIGNED, 'a stored answer gives the same token'],
    { node: 'PropertyAssignment', nth: 2, becomes: 'exp: seconds(Date.now() + 1e9)' },
  ),
  mutant(
    'C90.party-asked-for',
    'a token names nobody unless its start asked for that',
    [SIGNED, 'jose verifies it by the published keys'],
    { node: 'ParenthesizedExpression', becomes: '(partyOf(view))' },
  ),
  mutant(
    'C90.type-checked',
    'a JWT of another type is not an approval, whoever signed it',
    [SIGNED, 'another type is not accepted'],
    { node: 'PropertyAssignment', nth: 2, becomes: '' },
  ),
  mutant(
    'C90.own-service',
    'a token is consumed by the service of its verification alone',
    [SIGNED, 'not by another service'],
    { node: 'CallExpression', becomes: "store.find('default', claims.jti)" },
  ),
]
