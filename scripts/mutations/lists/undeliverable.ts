// Lines that keep C50 and C66: what is said and done about messages that will not arrive.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const C50_LANDLINES = 'test/e2e/c50-landlines.test.ts'
const STORE = 'test/storage/postgres/store.test.ts'
const C66_LOST_SEND = 'test/e2e/c66-lost-send.test.ts'
const VERIFICATION_STORE = 'test/storage/sqlite/verification-store.test.ts'
const LOGIN_FLOW = 'test/examples/login-flow.test.ts'

export const UNDELIVERABLE: readonly Mutant[] = [
  mutant(
    'C50.landline-refused',
    'no text goes to a landline where landlines are refused',
    [C50_LANDLINES, 'C50: refused by name, a decoy’s too'],
    {
      node: 'BinaryExpression',
      nth: 2,
      becomes: `service.landlines === ('never' as string) && channel === 'sms'`,
    },
  ),
  mutant(
    'C50.resend-readmission',
    'a resend goes only where a start would be admitted today',
    ['test/verification/resend-allowed.test.ts', 'no second text to a landline'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C50.maybe-mobile-allowed',
    'numbers that may be mobile do not count as landlines',
    [C50_LANDLINES, 'C50: an admitted number is reached'],
    {
      node: 'BinaryExpression',
      nth: 3,
      becomes: `String(recipient.type).startsWith('FIXED_LINE')`,
    },
  ),
  mutant(
    'C66.no-empty-channel',
    'no channel is offered that no provider carries',
    ['test/delivery/offered-channels.test.ts', 'C66: is not in the list of those that are offered'],
    {
      node: 'VariableStatement',
      becomes: `export const CHANNELS = ['sms', 'email', 'fax' as 'email'] as const`,
    },
  ),
  mutant(
    'C66.permanent-frees-resend',
    'a permanently refused send frees the next one at once',
    [C66_LOST_SEND, 'C66: is resent at once: {}'],
    {
      node: 'ConditionalExpression',
      becomes: 'record.endedAt ? 0 : (RESEND_WAIT_SECONDS[Math.max(0, step)] ?? 0)',
    },
  ),
  mutant(
    'C66.session-needs-message',
    'a session continues only where a message can have arrived or may still be sent',
    [VERIFICATION_STORE, 'C66: the only message was lost, and no send is left'],
    { node: 'IfStatement', becomes: 'if (attemptsRemaining(record, now) === 0) return false' },
  ),
  mutant(
    'C66.pg-session-message',
    'PostgreSQL: a session continues only where a message can have arrived or may still be sent',
    [STORE, 'C66: the only message was lost, and no send is left'],
    {
      file: 'drizzle/postgres/0044_own_codes.sql',
      find: `(SELECT array_agg(d.send || ':' || d.status || ':'`,
      replace: `(SELECT array_agg(d.send || ':sent:'`,
    },
  ),
  mutant(
    'C66.maybe-sent-waits',
    'the wait stays for a message that may have gone out',
    [
      VERIFICATION_STORE,
      'C66: reports whether the newest send was lost: permanently refused, and no try may have gone out',
    ],
    { node: 'ReturnStatement', becomes: `return status === 'failed' || status === 'undelivered'` },
  ),
  mutant(
    'C66.pg-maybe-sent',
    'PostgreSQL: the wait stays for a message that may have gone out',
    [
      STORE,
      'C66: reports whether the newest send was lost: permanently refused, and no try may have gone out',
    ],
    {
      file: 'drizzle/postgres/0044_own_codes.sql',
      find: '(d.ambiguous > 0)::integer',
      replace: '(d.ambiguous < 0)::integer',
    },
  ),
  mutant(
    'C35.scope-thrown',
    'the client throws for a key without its scope: nothing that the user can fix',
    [LOGIN_FLOW, 'C35: scope_missing is what it is: throws'],
    { node: 'PropertyAssignment', becomes: "scope_missing: 'not_allowed'" },
  ),
  mutant(
    'C50.landline-logged',
    'the log records that a start went to a landline',
    [VERIFICATION_STORE, 'C50: the log records that a start went to a landline'],
    { node: 'SpreadAssignment', becomes: '' },
  ),
  mutant(
    'C50.landline-shown',
    'the page of a verification says that its number is a landline',
    [
      'test/admin/diagnosis.test.ts',
      'C50: says that the number is a landline, unless it is over or the provider gave a reason',
    ],
    { node: 'ReturnStatement', becomes: 'return isToLandline(detail) ? found : found' },
  ),
  mutant(
    'C66.lost-send-resend',
    'a start of the session of a lost send sends again at once',
    [C66_LOST_SEND, 'C66: a start of its session sends again, and the next one does not'],
    { node: 'VariableStatement', becomes: 'const result = await continueAsIs(context, open)' },
  ),
  mutant(
    'C35.program-field-thrown',
    'the client throws for a field of the program, even beside one of the user’s',
    [LOGIN_FLOW, 'a field of the program beside one of the person throws'],
    { node: 'VariableStatement', find: 'every(', replace: 'some(' },
  ),
]
