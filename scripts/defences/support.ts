// The lines that keep what support types and reads in the console right: found, advised, in the reader's own time.
// It must not name what keeps strangers out: console.ts and sign-in.ts have that.

import { type Defence, row } from './defence.ts'

const OFFERS = 'src/admin/offers.ts'
const OFFERS_TEST = 'test/admin/offers.test.ts'
const TABLE = 'C74: no advice names an action that the page does not have'

export const SUPPORT: readonly Defence[] = [
  row(
    'C74',
    'no advice names a button that is not there: verifications that ended',
    {
      file: 'src/admin/diagnosis.ts',
      find: '    action: join(advice.action, text, isOver ?',
      replace: "    action: join(advice.action, text, 'Send again.', isOver ?",
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
    { file: OFFERS, find: '    mayAct &&\n', replace: '' },
    { file: OFFERS_TEST, title: 'may look only' },
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
]
