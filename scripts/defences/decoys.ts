// Lines that keep C49, C50 and C66: what a stranger sees of a decoy, and what is said of messages that will not arrive.
// It must name for each the fastest test that sees it.

import { type Defence, row } from './defence.ts'

const LOST = 'test/e2e/c66-lost-send.test.ts'

const RECENT = 'src/delivery/recent-sends.ts'
const RECENT_TEST = 'test/delivery/recent-sends.test.ts'
const LANDLINES = 'test/e2e/c50-landlines.test.ts'
const FATE = 'test/e2e/c49-decoy-fate.test.ts'

export const DECOYS: readonly Defence[] = [
  row(
    'C49',
    'a decoy fails as others do only where several failed and none was reached since',
    { file: RECENT, find: 'count(of) >= SEVERAL', replace: 'same.length > 0' },
    { file: RECENT_TEST, title: 'one or two recipients of their own, however often they fail' },
  ),
  row(
    'C49',
    'wrong numbers, which are free, make no decoy fail where somebody was reached',
    { file: RECENT, find: 'isReached && same.every(isPermanent) ? MANY : 1', replace: '1' },
    { file: RECENT_TEST, title: 'wrong numbers and mailboxes, where others were reached' },
  ),
  row(
    'C49',
    'what is refused for good everywhere takes as many persons where somebody was reached',
    {
      file: RECENT,
      find: 'rootOf(one.place), wasReached(sends, now)',
      replace: 'rootOf(one.place), false',
    },
    { file: RECENT_TEST, title: 'wrong numbers in several countries' },
  ),
  row(
    'C49',
    'an outage ends for decoys with the first that is reached',
    {
      file: RECENT,
      find: 'const since = end === -1 ? sends : sends.slice(0, end)',
      replace: 'const since = end === -1 ? sends : sends.filter((one) => !isAccepted(one))',
    },
    { file: RECENT_TEST, title: 'several that failed before another was reached' },
  ),
  row(
    'C49',
    'a mailbox of one’s own in many spellings is one',
    {
      file: 'src/delivery/destination.ts',
      find: 'return `${mailbox}@${domain}`',
      replace: 'return `${mailbox}${to}@${domain}`',
    },
    { file: RECENT_TEST, title: 'one mailbox in many spellings is one' },
  ),
  row(
    'C49',
    'subdomains of one’s own domain are one place',
    {
      file: RECENT,
      find: '(one) => rootOf(one.place)',
      replace: '(one) => rootOf(one.place) && one.place',
    },
    { file: RECENT_TEST, title: 'their own domain, with any number of mailboxes and subdomains' },
  ),
  row(
    'C49',
    'a mailbox that does not exist says nothing of its domain',
    {
      file: 'src/delivery/fault.ts',
      find: "SMTP_RECIPIENT.test(code) ? 'recipient'",
      replace: "SMTP_RECIPIENT.test('') ? 'recipient'",
    },
    { file: RECENT_TEST, title: 'mailboxes and numbers that do not exist' },
  ),
  row(
    'C49',
    'one slow recipient does not set the pace of decoys',
    {
      file: RECENT,
      find: 'if (!byPerson.has(one.person)) byPerson.set(one.person, one)',
      replace: 'byPerson.set(one.id, one)',
    },
    { file: RECENT_TEST, title: 'whoever is sent to again and again counts once' },
  ),
  row(
    'C49',
    'a destination that is refused for good is refused for decoys',
    {
      file: RECENT,
      find: '    ofSeveral(unclear(here), ({ person }) => person, wasReached(there, now)),\n',
      replace: '',
    },
    { file: FATE, title: 'C49, C66: a country: failed alike' },
  ),
  row(
    'C49',
    'decoys go by what other nodes met, and by what was met before a restart',
    {
      file: 'src/delivery/send-history.ts',
      find: 'for (const past of await outbox.pastSends()) remember(past)',
      replace: '',
    },
    { file: FATE, title: 'C49: its first decoys know what the others met' },
  ),
  row(
    'C49',
    'decoys wait as long as another node’s provider asked for',
    {
      file: 'src/delivery/send-history.ts',
      find: 'result: withAskedWait(past)',
      replace: 'result: past.result',
    },
    { file: 'test/delivery/send-history.test.ts', title: 'a decoy waits as long as another node' },
  ),
  row(
    'C49',
    'decoys learn nothing from decoys, on PostgreSQL either',
    {
      file: 'src/storage/postgres/outbox.ts',
      find: " and v.kind = 'real'",
      replace: '',
    },
    {
      file: 'test/storage/postgres/store.test.ts',
      title: 'C49: tells what became of the newest real messages',
    },
  ),
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
]
