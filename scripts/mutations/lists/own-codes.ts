// Lines that keep I24, codes that their callers check, and the case of own codes.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const DOMAIN = 'test/verification/own-code.test.ts'
const KEYS = 'test/http/own-code.test.ts'

export const OWN_CODES: readonly Mutant[] = [
  mutant(
    'I24.never-approved',
    'no door approves by a code that its caller checks',
    [DOMAIN, 'is refused by the transition itself'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'I24.first-report',
    'of two reports the first stays, and the other one is refused',
    [DOMAIN, 'of many at once one outcome stays'],
    { node: 'ReturnStatement', becomes: `return { kind: 'change', change: NOTHING, answer }` },
  ),
  mutant(
    'C92.no-free-text',
    'a code is digits and letters, and no text',
    [DOMAIN, 'it is no code, and would be somebody’s text'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C92.relay-key-reach',
    'a key for relay reaches no verification that is checked here',
    [DOMAIN, 'reaches its own kind, and none that is checked here'],
    { node: 'ReturnStatement', becomes: 'return checkedBy !== undefined' },
  ),
  mutant(
    'C92.no-attempt',
    'a code that its caller checks has no attempt, on which an older version relies',
    [DOMAIN, 'as it was given, hashed nowhere'],
    { node: 'NumericLiteral', becomes: 'service.maxAttempts' },
  ),
  mutant(
    'C92.own-answers',
    'a key for relay is not given what a key that checks was answered',
    [KEYS, 'is not given the answers of a key that checks'],
    { node: 'ConditionalExpression', becomes: 'route' },
  ),
  mutant(
    'C92.relay-gives-code',
    'a code is given by a key for relay alone',
    [KEYS, 'a key that checks may not give a code'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C92.relay-budgets',
    'a service that relays has budgets, or does not start',
    ['test/config/relay.test.ts', 'is refused without budgets'],
    { node: 'VariableStatement', becomes: 'const missing = missingBudgets(policy).slice(9)' },
  ),
]
