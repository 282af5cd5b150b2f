// Lines that keep C89: who a mail's link approves for, and that it stays the same.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const TOKENS = 'test/kernel/link-token.test.ts'
const CHECKS = 'test/verification/c89-link.test.ts'
const PAGE = 'test/front/c89-link-page.test.ts'
const STORE = 'test/service/databases.test.ts'

export const LINKS: readonly Mutant[] = [
  mutant(
    'C89.link-mac',
    'a token that nobody here wrote is no link',
    [TOKENS, 'C89: a token that is cut, changed anywhere'],
    { node: 'CallExpression', becomes: 'true' },
  ),
  mutant(
    'C89.same-link',
    'every node of a rotation writes the same link',
    [TOKENS, 'C89: every step of a rotation'],
    {
      node: 'CallExpression',
      becomes:
        "(keyring as unknown as import('./keyring.ts').Keyring).mac('link', partsOf(verificationId))",
    },
  ),
  mutant(
    'C89.bound-browser',
    'a link approves only where the asking browser is shown to be the one',
    [CHECKS, 'another value, session, purpose or service'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant('C89.decoy', 'a decoy’s link is never right', [CHECKS, 'of a decoy is never right'], {
    node: 'BinaryExpression',
    becomes: 'true',
  }),
  mutant(
    'C89.leads-where-it-led',
    'a start that continues leads no link elsewhere',
    [STORE, 'the first browser, and a link that was sent, stay'],
    { node: 'BinaryExpression', becomes: 'request.linkBindingMac' },
  ),
  mutant(
    'C89.asking-cookie',
    'the page of a link approves for the browser with the cookie of that verification alone',
    [PAGE, 'is the only one'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C89.leads-the-asking-one',
    'what the login flow exchanges is given to that browser alone',
    [PAGE, 'is refused once its verification is approved'],
    { node: 'ConditionalExpression', becomes: 'onwardOf(visit.door, deps)' },
  ),
]
