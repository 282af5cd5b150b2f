// Lines of packages/element that keep C88: one check for one code, and nothing left behind.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const DIGITS = 'packages/element/test/digits.test.ts'
const BROWSER = 'packages/element/test/c88-element.test.ts'

export const ELEMENT: readonly Mutant[] = [
  mutant(
    'C88.digits-of-scripts',
    'digits of any script are read',
    [DIGITS, 'the digits of every script are those that the service reads'],
    { node: 'ReturnStatement', becomes: 'return String(point - zero)' },
  ),
  mutant(
    'C88.the-code-in-a-sentence',
    'of a pasted message the code is taken, not its first digits',
    [DIGITS, 'has the code 123456'],
    { node: 'BinaryExpression', becomes: 'undefined' },
  ),
  mutant(
    'C88.filled-in-twice',
    'a code that is filled in twice is reported once',
    [BROWSER, 'autofill that fires twice is one check, and one report'],
    { node: 'Identifier', nth: 2, becomes: 'true' },
  ),
  mutant(
    'C88.wrong-once',
    'a wrong code is not charged a second time',
    [BROWSER, 'a wrong code is said, selected and not charged twice'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C88.otp-abort',
    'waiting for an SMS ends with the element',
    [BROWSER, 'waiting ends with a submitted form'],
    { node: 'CallExpression', becomes: 'signal' },
  ),
  mutant(
    'C88.removed-while-checking',
    'a removed element reports nothing',
    [BROWSER, 'removed while a check runs'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C88.lost-answer',
    'a check whose answer was lost is not asked again before the view says what became of it',
    [BROWSER, 'a check whose answer is lost is not charged twice'],
    { node: 'BinaryExpression', becomes: 'answer' },
  ),
  mutant(
    'C88.clock-of-the-service',
    'countdowns go by the service’s clock',
    [BROWSER, 'the countdown to a resend is by the service’s clock'],
    { node: 'BinaryExpression', becomes: 'state.skewMs = 0' },
  ),
]
