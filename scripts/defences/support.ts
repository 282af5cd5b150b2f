// The lines that keep what support types and reads in the console right: found, advised, in the reader's own time.
// It must not name what keeps strangers out: console.ts and sign-in.ts have that.

import { type Defence, row } from './defence.ts'

const OFFERS = 'src/admin/offers.ts'
const FIND_TEST = 'test/admin/find.test.ts'
const OFFERS_TEST = 'test/admin/offers.test.ts'
const TIMES = 'src/admin/pages/words.ts'
const TIMES_TEST = 'test/admin/local-time.test.ts'
const FIRST_TEST = 'test/admin/first-look.test.ts'
const DIAGNOSED_TEST = 'test/admin/diagnosed.test.ts'
const TABLE = 'C74: no advice names an action that the page does not have'

export const SUPPORT: readonly Defence[] = [
  row(
    'C74',
    'no advice names a button that is not there: verifications that ended',
    {
      file: 'src/admin/diagnosis.ts',
      find: "      isOver ? '' : START_OVER,\n",
      replace: "      'Send again.',\n      isOver ? '' : START_OVER,\n",
    },
    { file: OFFERS_TEST, title: TABLE },
  ),
  row(
    'C74',
    'no message is offered where none is left',
    { file: OFFERS, find: '    attempt.sends < attempt.maxSends &&\n', replace: '' },
    { file: OFFERS_TEST, title: 'has no message left' },
  ),
  row(
    'C74',
    'no message is offered that would come too late',
    {
      file: OFFERS,
      find: '    attempt.expiresAt - now >= RESEND_MIN_REMAINING_MS',
      replace: '    attempt.expiresAt - now >= 0',
    },
    { file: OFFERS_TEST, title: 'has too little time left' },
  ),
  row(
    'C74',
    'a key that may look only is offered nothing',
    { file: OFFERS, find: 'channels: mayAct ? channels : []', replace: 'channels' },
    { file: OFFERS_TEST, title: 'may look only' },
  ),
  row(
    'C74',
    'the API says what the page says, to what the reader of it may do',
    {
      file: 'src/http/routes/attempts-get.ts',
      find: "c.get('caller')?.scopes.has('admin') ?? false",
      replace: 'true',
    },
    { file: DIAGNOSED_TEST, title: 'names to a key that may look only' },
  ),
  row(
    'C74',
    'the command says what the page says',
    {
      file: 'src/commands/attempt-text.ts',
      find: '[diagnosis.meaning, todo]',
      replace: '[diagnosis.meaning]',
    },
    { file: DIAGNOSED_TEST, title: 'refused by the provider: by page' },
  ),
  row(
    'C74',
    'the button that helps nobody is not the first one',
    {
      file: 'src/admin/pages/attempt-page.ts',
      find: "diagnosis.resend === 'is useless' ? [cancel, again] : [again, cancel]",
      replace: '[again, cancel]',
    },
    { file: OFFERS_TEST, title: TABLE },
  ),
  row(
    'C74',
    'identical tries are one line, and tries that differ are not',
    {
      file: 'src/admin/fold-tries.ts',
      find: 'JSON.stringify([provider, send, error])',
      replace: 'JSON.stringify([provider])',
    },
    { file: 'test/admin/fold-tries.test.ts', title: 'that came to something else' },
  ),
  row(
    'C74',
    'rows that come in live are in the reader’s own time, too',
    {
      file: 'src/admin/pages/live-script.ts',
      find: '  localTimes(template.content)\n',
      replace: '',
    },
    { file: 'test/admin/local-time.test.ts', title: 'of rows that come in live' },
  ),
  row(
    'C74',
    'nobody is erased or exported by a number that may be two people’s',
    {
      file: 'src/http/admin-caller.ts',
      find: 'return person && !another ?',
      replace: 'return person ?',
    },
    { file: FIND_TEST, title: 'nobody is erased or exported' },
  ),
  row(
    'C74',
    'a number is read by the countries of the services that the key sees',
    {
      file: 'src/compose-requests.ts',
      find: 'service === null ? every : (own.get(service) ?? [])',
      replace: 'service === null ? every : []',
    },
    { file: FIND_TEST, title: 'is read by the countries of the key’s own service' },
  ),
  row(
    'C74',
    'a number is read by the country of the service’s language first',
    {
      file: 'src/verification/readings.ts',
      find: 'Number(isOwn(b)) - Number(isOwn(a))',
      replace: 'Number(isOwn(a)) - Number(isOwn(b))',
    },
    { file: FIND_TEST, title: 'what nobody is called by says how it was read' },
  ),
  row(
    'C74',
    'a user id is found without a word before it',
    {
      file: 'src/admin/attempts.ts',
      find: 'return [...bySpelling, { to: null, subject: typed }]',
      replace: 'return bySpelling',
    },
    { file: FIND_TEST, title: 'user-42' },
  ),
  row(
    'C74',
    'a command names one person, or says that it may be several',
    {
      file: 'src/commands/desk.ts',
      find: 'if (others.length === 0) return only',
      replace: 'if (others.length < 9) return only',
    },
    { file: FIND_TEST, title: 'attempts, export and erase take any spelling' },
  ),
  row(
    'C74',
    'numbers of Health lead to what they count',
    {
      file: 'src/admin/pages/health-page.ts',
      find: "value: numberLink(failures, { delivery: 'failed', span: 'hour' }),",
      replace: 'value: failures,',
    },
    { file: 'test/admin/first-look.test.ts', title: 'has numbers that lead to what they count' },
  ),
  row(
    'C74',
    'a message that was sent does not look approved',
    { file: 'src/admin/pages/stamps.ts', find: "sent: 'done'", replace: "sent: 'good'" },
    { file: 'test/admin/first-look.test.ts', title: 'has no green but APPROVED' },
  ),

  row(
    'C74',
    'the date stands beside each time',
    { file: TIMES, find: '>${utc.slice(0, 19)}</time>', replace: '>${utc.slice(11, 19)}</time>' },
    { file: TIMES_TEST, title: 'are UTC without a script, and say so' },
  ),
  row(
    'C74',
    'UTC stands in the title of each time',
    {
      file: TIMES,
      find: 'class="exact" datetime="${iso}" title="${utc}"',
      replace: 'class="exact" datetime="${iso}" title=""',
    },
    { file: TIMES_TEST, title: 'are those of America/Los_Angeles, on each page' },
  ),
  row(
    'C74',
    'a page says whose its times are',
    { file: TIMES, find: 'html`<span data-zone>UTC</span>`', replace: 'html`<span>UTC</span>`' },
    { file: TIMES_TEST, title: 'are those of America/Los_Angeles, on each page' },
  ),
  row(
    'C74',
    'times are asked for in the reader’s own zone',
    {
      file: 'src/admin/pages/local-time-script.ts',
      find: 'formData.set(name, toUtc(value))',
      replace: 'formData.set(name, value)',
    },
    { file: TIMES_TEST, title: 'are asked for in the same zone' },
  ),
  row(
    'C74',
    'at the width of a phone a row is what tells attempts apart',
    {
      file: 'src/admin/pages/attempts-page.ts',
      find: ' .log .stack td:is(:nth-child(4), :nth-child(n + 7)) { display: none }',
      replace: '',
    },
    { file: FIRST_TEST, title: 'small holds 4 attempts' },
  ),
  row(
    'C74',
    'an attempt is one line at the width of a desk',
    {
      file: 'src/admin/pages/attempts-page.ts',
      find: '@media (min-width: 46.01rem) and (max-width: 90rem) { .when .soft { display: none } }\n',
      replace: '',
    },
    { file: FIRST_TEST, title: 'large holds 15 attempts' },
  ),
  row(
    'C74',
    'Health says what it means to a reader who does not run it',
    {
      file: 'src/admin/pages/health-page.ts',
      find: "note: 'starts and checks that wait for the processor',",
      replace: "note: '',",
    },
    { file: FIRST_TEST, title: 'says what it means to a reader who does not run it' },
  ),

  row(
    'C74',
    'the end of what was searched says whose time it is',
    {
      file: 'src/admin/pages/refusals-page.ts',
      find: '${timeOf(lookedBackTo)} ${ZONE}.',
      replace: '${timeOf(lookedBackTo)}.',
    },
    { file: TIMES_TEST, title: 'the end of what was searched says whose time it is' },
  ),
]
