// C33: the sign-in by OpenID Connect: whose token, whose sign-in, whose role.

import { type Mutant, mutant } from '../mutation.ts'

const FORGED = 'test/access/oidc/forged.test.ts'
const SESSIONS = 'test/console/sessions.test.ts'
const WALK = 'test/console/oidc.test.ts'

export const OIDC: readonly Mutant[] = [
  mutant(
    'C33.oidc-signature',
    'a token is verified with the provider’s keys, whichever way it came',
    [FORGED, 'signed by another key'],
    { node: 'ExpressionStatement', becomes: 'void made' },
  ),
  mutant(
    'C33.oidc-algorithms',
    'the provider’s list of algorithms admits none that proves nothing',
    [FORGED, 'signed with the client’s secret'],
    { node: 'ConditionalExpression', becomes: 'listed' },
  ),
  mutant(
    'C33.oidc-answer-bounded',
    'an answer of the provider is read up to a bound',
    [FORGED, 'that says too much, breaks off, redirects, or is none, is left'],
    { node: 'BinaryExpression', becomes: 'size > MAX_ANSWER_BYTES * 2' },
  ),
  mutant(
    'C33.first-role-counts',
    'of several roles the first one of the settings counts',
    [WALK, 'sub-of-dan has the first role of the settings'],
    {
      node: 'CallExpression',
      becomes: 'rules.findLast(({ value }) => roles.includes(value))',
    },
  ),
  mutant(
    'C33.session-of-this-issuer',
    'a session is of the provider that the settings name',
    [SESSIONS, 'ends where the settings no longer give the role'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C33.sign-in-once',
    'a sign-in begins one session',
    [SESSIONS, 'begins once for a sign-in, and for nobody without a role'],
    { node: 'IfStatement', becomes: 'void isNew' },
  ),
  mutant(
    'C33.sign-in-ten-minutes',
    'a sign-in that was begun and left is worth nothing later',
    [WALK, 'is gone once, by the browser that began it, within ten minutes'],
    { node: 'ConditionalExpression', becomes: 'flow' },
  ),
  mutant(
    'C33.sign-in-state',
    'the way back is of the sign-in that this browser began',
    [WALK, 'is gone once, by the browser that began it, within ten minutes'],
    { node: 'ConditionalExpression', becomes: 'flow' },
  ),
]
