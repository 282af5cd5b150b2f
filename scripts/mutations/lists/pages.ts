// Lines that keep C87: where the hosted page leads, whose forms it takes, and what a second one of them does.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const PAGE = 'test/e2e/c87-hosted-page.test.ts'
const RETURNS = 'test/verification/return-url.test.ts'

export const PAGES: readonly Mutant[] = [
  mutant(
    'C87.listed-return',
    'the hosted page leads to a URL that its service lists, and nowhere else',
    [RETURNS, 'https://evil.example/login/back is not'],
    { node: 'ConditionalExpression', becomes: 'url.href' },
  ),
  mutant(
    'C87.return-needs-session',
    'a start that names where to lead has a session, with which the approval is exchanged',
    ['test/http/return-url.test.ts', 'needs a session'],
    { node: 'IfStatement', becomes: 'return' },
  ),
  mutant(
    'C87.https-return',
    'in production the approval travels over https alone',
    ['test/config/front.test.ts', 'are https in production'],
    { node: 'ArrowFunction', becomes: '(_: string) => false' },
  ),
  mutant(
    'C87.still-listed',
    'a URL that the service no longer lists is led to no more, whatever a start said',
    [PAGE, 'to the service’s list, at the start and again'],
    { node: 'ConditionalExpression', becomes: 'url' },
  ),
  mutant(
    'C87.own-forms',
    'a form of another site is not taken: it would spend attempts',
    [PAGE, 'sends its forms'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C87.one-form-one-check',
    'one form sent twice is one check',
    [PAGE, 'one form sent twice'],
    { node: 'ConditionalExpression', becomes: 'null' },
  ),
  mutant(
    'C87.any-kept-cookie',
    'of several cookies of one verification the one that it is bound to counts',
    [PAGE, 'C87: tabs that open it at once are one browser'],
    { node: 'ReturnStatement', becomes: 'return all[0]' },
  ),
  mutant(
    'C87.first-with-its-cookie',
    'a browser is the first one once it comes back with its cookie',
    [PAGE, 'C87: a first answer that was lost, or overtaken by a second press'],
    { node: 'IfStatement', becomes: '' },
  ),
]
