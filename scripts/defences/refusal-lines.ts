// Lines that keep C73 where refusals are put together for a reader: what one line counts, shows and advises.
// It must name for each the fastest test that sees it.

import { type Defence, row } from './defence.ts'

const PAGE = 'test/admin/refusals-page.test.ts'
const FOLDED = 'test/admin/refusal-lines.test.ts'

const inFile = (file: string, find: string, replace: string) => ({ file, find, replace })

export const REFUSAL_LINES: readonly Defence[] = [
  row(
    'C73',
    'a line of refusals counts all of them',
    inFile(
      'src/admin/refusals.ts',
      'line.count += Number(record.details.count) || 1',
      'line.count += 1',
    ),
    { file: FOLDED, title: 'of one person for one reason are one line' },
  ),
  row(
    'C73',
    'a line of refusals is of one person',
    inFile('src/admin/refusals.ts', 'isOfMany, who ?? keyId])', 'isOfMany, who && keyId])'),
    { file: FOLDED, title: 'of another person are another line' },
  ),
  row(
    'C73',
    'no advice offers to lift a limit on guesses',
    inFile(
      'src/admin/advice/refusals.ts',
      '  guesses_per_number_day: GUESSES,\n',
      "  guesses_per_number_day: { meaning: 'Guesses.', action: LIFT },\n",
    ),
    { file: FOLDED, title: 'offers to lift what can be lifted' },
  ),

  row(
    'C73',
    'PostgreSQL: events that come together keep their order, whatever join is taken',
    inFile('src/storage/postgres/event-store.ts', ' order by x.n`', '`'),
    {
      file: 'test/storage/postgres/event-plans.test.ts',
      title: 'keeps the order in which events came together',
    },
  ),
  row(
    'C73',
    'refusals that are counted together name nobody',
    inFile(
      'src/admin/pages/refusals-page.ts',
      '  if (isOfMany) return html`<span class="soft">many, not named</span>`\n',
      '',
    ),
    { file: PAGE, title: 'whoever is known is linked by a sealed address' },
  ),
  row(
    'C73',
    'a line of refusals says when it began',
    inFile('src/admin/pages/refusals-page.ts', '</span>${first}</span>`', '</span></span>`'),
    { file: PAGE, title: 'a line says how often, when last and when first' },
  ),
  row(
    'C73',
    'columns that say the same in every line leave room for the advice',
    inFile(
      'src/admin/pages/refusals-page.ts',
      'lines.some(({ line }) => line.verificationId !== null)',
      'lines.length > 0',
    ),
    { file: PAGE, title: 'columns that say the same in every line' },
  ),
  row(
    'C73',
    'an IPv6 address is broken between its groups, an IPv4 address nowhere',
    inFile('src/admin/pages/refusals-page.ts', 'html`:<wbr>${group}`', 'html`:${group}`'),
    { file: PAGE, title: 'an address is broken between its groups only: 2001:db8::1' },
  ),
  row(
    'C50',
    'a refused landline is said to be one',
    inFile(
      'src/admin/advice/refusals.ts',
      "numberType === 'fixed_line' && channel === 'sms'",
      "numberType === 'landline' && channel === 'sms'",
    ),
    { file: PAGE, title: 'C50: a number of the type fixed_line' },
  ),
]
