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
    'a line of refusals is of one person',
    [REFUSAL_LINES_TEST, 'of another person are another line'],
    {
      node: 'ArrayLiteralExpression',
      becomes: '[service, error, limit, channel, isOfMany, who && keyId]',
    },
  ),
  mutant(
    'C73.guess-limit-kept',
    'no advice offers to lift a limit on guesses',
    [REFUSAL_LINES_TEST, 'offers to lift what can be lifted'],
    {
      node: 'PropertyAssignment',
      becomes: `guesses_per_number_day: ['Guesses.', LIFT]`,
    },
  ),
  mutant(
    'C73.pg-event-order',
    'PostgreSQL: events that come together keep their order, whatever join is taken',
    ['test/storage/postgres/event-plans.test.ts', 'keeps the order in which events came together'],
    { node: 'TemplateTail', find: ' order by x.n', replace: '' },
  ),
  mutant(
    'C73.counted-anonymous',
    'refusals that are counted together name nobody',
    [REFUSALS_PAGE, 'whoever is known is linked by a sealed address'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C73.line-start-time',
    'a line of refusals says when it began',
    [REFUSALS_PAGE, 'a line says how often, when last and when first'],
    { node: 'ConditionalExpression', becomes: "''" },
  ),
  mutant(
    'C73.constant-columns-hidden',
    'columns that say the same in every line leave room for the advice',
    [REFUSALS_PAGE, 'columns that say the same in every line'],
    { node: 'CallExpression', becomes: 'lines.length > 0' },
  ),
  mutant(
    'C73.ipv6-line-break',
    'an IPv6 address is broken between its groups, an IPv4 address nowhere',
    [REFUSALS_PAGE, 'an address is broken between its groups only: 2001:db8::1'],
    { node: 'TaggedTemplateExpression', nth: 2, becomes: 'html`:${group}`' },
  ),
  mutant(
    'C50.landline-refusal-told',
    'a refused landline is said to be one',
    [REFUSALS_PAGE, 'C50: a number of the type fixed_line'],
    { node: 'BinaryExpression', becomes: `numberType === 'landline' && channel === 'sms'` },
  ),
]
