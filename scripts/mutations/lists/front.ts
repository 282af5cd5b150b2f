// Lines that keep I22, the first browser and what works once, and the cases of the front door.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const STORE = 'test/service/databases.test.ts'
const BEFORE = 'test/http/c86-before-the-body.test.ts'
const TOKEN = 'test/front/view-token.test.ts'
const VIEW = 'test/front/person-view.test.ts'
const BY_TOKEN = 'test/e2e/c86-view-token.test.ts'

export const FRONT: readonly Mutant[] = [
  mutant(
    'I22.first-browser',
    'the first browser that opens a view token stays the one it belongs to',
    [STORE, 'one is the first, and stays'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'I22.use-with-answer',
    'the answer of what works once is kept in the commit of its use',
    [STORE, 'the answer under a key is kept with the first use, and with no other'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'I22.used-once',
    'of uses at the same time one is the first, and there is no other',
    [STORE, 'each kind of use for itself'],
    { node: 'IfStatement', becomes: 'if (!before) return false' },
  ),
  mutant(
    'C86.token-before-body',
    'who has no view token costs no body',
    [BEFORE, 'a forged token is refused before the body'],
    {
      node: 'SpreadElement',
      becomes:
        '...(enter ? [jsonBody(deps, { optional: true }), (c: AppContext) => enter(c, deps)] : [])',
    },
  ),
  mutant(
    'C86.own-trace',
    'a browser decides nothing of what is traced',
    [BEFORE, 'a view is a span of its own trace'],
    { node: 'VariableStatement', becomes: 'const isCaller = true' },
  ),
  mutant(
    'C86.signed-flags',
    'what a view token allows is part of what is signed',
    [TOKEN, 'nor with another flag'],
    { node: 'CallExpression', becomes: `''` },
  ),
  mutant(
    'C86.first-browser',
    'a view is shown to the browser that opened it first',
    [BY_TOKEN, 'in a second browser, or after its end'],
    { node: 'ReturnStatement', becomes: `return 'bound'` },
  ),
  mutant(
    'C86.silent-without-authenticated',
    'without authenticated a view tells nothing of delivery',
    [VIEW, 'the view follows from the time alone'],
    { node: 'PropertyAccessExpression', becomes: 'true' },
  ),
  mutant(
    'C86.ends-with-its-verification',
    'a view ends five minutes after its verification',
    [BY_TOKEN, 'in a second browser, or after its end'],
    { node: 'BinaryExpression', becomes: 'until > 0' },
  ),
  mutant(
    'C86.own-origins',
    'pages of other origins ask only where the service names them',
    [BY_TOKEN, 'those of FRONT_ORIGINS may ask'],
    { node: 'CallExpression', becomes: 'frontOrigins !== undefined' },
  ),
  mutant(
    'C86.unchanged-untold',
    'a stream sends a view only where it says something new',
    [BY_TOKEN, 'a stream tells of what is new, and of nothing else'],
    { node: 'BinaryExpression', becomes: '!told || isSameView' },
  ),
  mutant(
    'C86.streams-of-one',
    'a verification has four streams at most',
    [BY_TOKEN, '200 streams are bounded'],
    { node: 'ArrayLiteralExpression', becomes: '' },
  ),
  mutant(
    'C86.actions-asked-for',
    'a view token acts only where its start allowed it',
    [BY_TOKEN, 'does nothing that its start did not allow'],
    { node: 'ReturnStatement', becomes: '' },
  ),
]
