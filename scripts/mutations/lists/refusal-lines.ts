// Lines that keep C73 where refusals are put together for a reader: what one line counts, shows and advises.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const REFUSAL_LINES_TEST = 'test/admin/refusal-lines.test.ts'
const REFUSALS_PAGE = 'test/console/refusals-page.test.ts'

export const REFUSAL_LINES: readonly Mutant[] = [
  mutant(
    'C73.line-full-count',
    'a line of refusals counts all of them',
    [REFUSAL_LINES_TEST, 'of one person for one reason are one line'],
    { node: 'ExpressionStatement', becomes: 'line.count += 1' },
  ),
  mutant(
    'C73.line-one-person',
    'a line of refusals concerns one person',
    [REFUSAL_LINES_TEST, 'of another person are another line'],
    {
      node: 'ArrayLiteralExpression',
      becomes: '[service, error, limit, channel, isOfMany, who && keyId]',
    },
  ),
  mutant(
    'C73.guess-limit-kept',
    'no advice offers to lift a limit on guesses',
    [
      REFUSAL_LINES_TEST,
      'offers to lift only limits that can be lifted, and says that guesses cannot',
    ],
    {
      node: 'PropertyAssignment',
      becomes: `guesses_per_number_day: ['Guesses.', LIFT]`,
    },
  ),
  mutant(
    'C73.pg-event-order',
    'PostgreSQL: simultaneous events keep their order, whichever join is chosen',
    ['test/storage/postgres/event-plans.test.ts', 'keeps the order in which events came together'],
    { node: 'TemplateTail', find: ' order by x.n', replace: '' },
  ),
  mutant(
    'C73.counted-anonymous',
    'refusals that are counted together name nobody',
    [
      REFUSALS_PAGE,
      'C73: known people are linked by a sealed address, the others are shown as unnamed',
    ],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C73.line-start-time',
    'a line of refusals says when it began',
    [REFUSALS_PAGE, 'C73: a line shows how often, when last and when first'],
    { node: 'ConditionalExpression', becomes: "''" },
  ),
  mutant(
    'C73.constant-columns-hidden',
    'columns with the same value in every line make room for the advice',
    [REFUSALS_PAGE, 'C73: columns with the same value in every line make room for the advice'],
    { node: 'CallExpression', becomes: 'lines.length > 0' },
  ),
  mutant(
    'C73.ipv6-line-break',
    'an IPv6 address is broken between its groups, an IPv4 address never',
    [REFUSALS_PAGE, 'an address is broken between its groups only: 2001:db8::1'],
    { node: 'TaggedTemplateExpression', nth: 2, becomes: 'html`:${group}`' },
  ),
  mutant(
    'C50.landline-refusal-told',
    'the refusal of a landline says that it is one',
    [REFUSALS_PAGE, 'C50: a number of the type fixed_line'],
    { node: 'BinaryExpression', becomes: `numberType === 'landline' && channel === 'sms'` },
  ),
]
