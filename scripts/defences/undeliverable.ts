// Lines that keep C50 and C66: what is said and done about messages that will not arrive.
// It must name for each the fastest test that sees it.

import { type Defence, row } from './defence.ts'

const LOST = 'test/e2e/c66-lost-send.test.ts'
const LANDLINES = 'test/e2e/c50-landlines.test.ts'

export const UNDELIVERABLE: readonly Defence[] = [
  row(
    'C50',
    'no text goes to a landline where that was refused',
    {
      file: 'src/verification/admission.ts',
      find: "service.landlines === 'refused' &&",
      replace: "service.landlines === ('never' as string) &&",
    },
    { file: LANDLINES, title: 'C50: refused by name, a decoy’s too' },
  ),
  row(
    'C50',
    'what is sent again goes where a start of today would be let through',
    {
      file: 'src/verification/resend.ts',
      find: '  if (notAllowed) return notAllowed\n',
      replace: '',
    },
    { file: 'test/verification/resend-allowed.test.ts', title: 'no second text to a landline' },
  ),
  row(
    'C50',
    'numbers that may be mobile are no landlines',
    {
      file: 'src/verification/recipient.ts',
      find: "recipient.type === 'FIXED_LINE'",
      replace: "String(recipient.type).startsWith('FIXED_LINE')",
    },
    { file: LANDLINES, title: 'C50: who may be reached is' },
  ),
  row(
    'C50',
    'the log says that a start went to a landline, on PostgreSQL, too',
    {
      file: 'src/storage/postgres/verification-store.ts',
      find: "    ...(input.isLandline && { number_type: 'landline' }),\n",
      replace: '',
    },
    {
      file: 'test/storage/postgres/store.test.ts',
      title: 'C50: the log says that a start went to a landline',
    },
  ),
  row(
    'C66',
    'providers that are configured and never send are named at start',
    {
      file: 'src/config/rules.ts',
      find: '    ...warnOfIdleProviders(input.providers, input.routes),\n',
      replace: '',
    },
    {
      file: 'test/config/route-warnings.test.ts',
      title: 'is named where two are configured and no route was said',
    },
  ),
  row(
    'C66',
    'no channel is offered that no provider carries',
    {
      file: 'src/kernel/channel.ts',
      find: "export const CHANNELS = ['sms', 'email'] as const",
      replace: "export const CHANNELS = ['sms', 'email', 'fax' as 'email'] as const",
    },
    {
      file: 'test/delivery/offered-channels.test.ts',
      title: 'C66: is not in the list of those that are offered',
    },
  ),
  row(
    'C66',
    'a send that was refused for good frees the next one at once',
    {
      file: 'src/verification/state.ts',
      find: 'record.isLastSendLost ? 0 :',
      replace: 'record.endedAt ? 0 :',
    },
    { file: LOST, title: 'C66: is resent at once: {}' },
  ),
  row(
    'C66',
    'a session goes on only with what a message of can have arrived or may be sent',
    {
      file: 'src/storage/sqlite/sessions.ts',
      find: ' || isWithoutMessage(row)) continue',
      replace: ' || isWithoutMessage({ ...row, sends: 0 })) continue',
    },
    {
      file: 'test/storage/sqlite/verification-store.test.ts',
      title: 'C66: the only message was lost, and no send is left',
    },
  ),
  row(
    'C66',
    'the same on PostgreSQL',
    {
      file: 'drizzle/postgres/0013_session_without_a_message.sql',
      find: 's.session_slot = ANY (p_slots) AND cs_is_without_message_1(s)',
      replace: 's.session_slot = ANY (p_slots) AND s.seq < 0',
    },
    {
      file: 'test/storage/postgres/store.test.ts',
      title: 'C66: the only message was lost, and no send is left',
    },
  ),
  row(
    'C66',
    'what may have gone out is waited for',
    {
      file: 'src/storage/sqlite/rows.ts',
      find: "d.status = 'failed' and d.ambiguous = 0",
      replace: "d.status = 'failed'",
    },
    {
      file: 'test/storage/sqlite/verification-store.test.ts',
      title: 'C66: tells whether the newest send was lost',
    },
  ),
  row(
    'C66',
    'what may have gone out is waited for on PostgreSQL, too',
    {
      file: 'drizzle/postgres/0009_last_send_lost.sql',
      find: "d.status = 'failed' AND d.ambiguous = 0",
      replace: "d.status = 'failed'",
    },
    {
      file: 'test/storage/postgres/store.test.ts',
      title: 'C66: tells whether the newest send was lost',
    },
  ),
  row(
    'C35',
    'README’s example throws for a key without its scope: nothing that the person can mend',
    {
      file: 'README.md',
      find: 'if (ANOTHER.includes(error))',
      replace: 'if (ANOTHER.includes(error) || status === 403)',
    },
    {
      file: 'test/examples/readme.test.ts',
      title: 'C35: scope_missing is what it is: throws',
    },
  ),

  row(
    'C50',
    'the log says that a start went to a landline',
    {
      file: 'src/storage/sqlite/create.ts',
      find: "        ...(isLandline && { number_type: 'landline' }),\n",
      replace: '',
    },
    {
      file: 'test/storage/sqlite/verification-store.test.ts',
      title: 'C50: the log says that a start went to a landline',
    },
  ),
  row(
    'C50',
    'the page of a verification says that its number is a landline',
    {
      file: 'src/admin/diagnosis.ts',
      find: 'return isToLandline(detail) ? withLandline(found, status, attempt) : found',
      replace: 'return isToLandline(detail) ? found : found',
    },
    { file: 'test/admin/diagnosis.test.ts', title: 'C50: says that the number is a landline' },
  ),
  row(
    'C66',
    'of routes that were named the first sends, whatever the order of the providers',
    {
      file: 'src/config/route-warnings.ts',
      find: 'said ?? able.map((entry) => entry.name)',
      replace: 'able.map((entry) => entry.name)',
    },
    {
      file: 'test/config/route-warnings.test.ts',
      title: 'is named at start where SMS_ROUTES= http , twilio ',
    },
  ),
  row(
    'C66',
    'a start of the session of a lost send sends again at once',
    {
      file: 'src/verification/session.ts',
      find: 'if (!isResendDue(domain, open)) return',
      replace: 'if (open.isLastSendLost || !isResendDue(domain, open)) return',
    },
    { file: LOST, title: 'C66: a start of its session sends again, and the next one does not' },
  ),

  row(
    'C35',
    'README’s example throws for a field of the program, beside one of the person, too',
    { file: 'README.md', find: 'errors.every((one', replace: 'errors.some((one' },
    {
      file: 'test/examples/readme.test.ts',
      title: 'a field of the program beside one of the person throws',
    },
  ),
]
