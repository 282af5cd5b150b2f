// Lines that keep C49: what a stranger sees of a decoy.
// It must name for each the fastest test that sees it.

import { type Defence, row } from './defence.ts'

const RECENT = 'src/delivery/recent-sends.ts'
const RECENT_TEST = 'test/delivery/recent-sends.test.ts'
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
    'a decoy repeats no id of a real send',
    {
      file: 'src/delivery/imitated-reason.ts',
      find: 'isCommon(word) ? word : another(word, random)',
      replace: 'isCommon(word) ? word : word',
    },
    {
      file: 'test/delivery/imitated-reason.test.ts',
      title: 'C49: an id or a time is another one',
    },
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
    'C49',
    'the first decoys take the time that the provider usually takes',
    {
      file: 'src/delivery/recent-sends.ts',
      find: '?.durationMs ?? decoy.usualMs',
      replace: '?.durationMs ?? 0',
    },
    {
      file: 'test/delivery/recent-sends.test.ts',
      title: 'as long as a recent send of its channel and provider',
    },
  ),
  row(
    'C49',
    'a provider on this machine is usually faster than one across the internet',
    {
      file: 'src/delivery/registry.ts',
      find: 'isNear ? USUAL_MS.near : USUAL_MS.far',
      replace: 'isNear ? USUAL_MS.far : USUAL_MS.far',
    },
    {
      file: 'test/delivery/registry.test.ts',
      title: 'C49: the first decoys take the time that smtp://[::1]:25',
    },
  ),
  row(
    'C49',
    'what another node met before is not taken for the newest',
    { file: RECENT, find: '(one) => one.at < at', replace: '() => true' },
    { file: RECENT_TEST, title: 'what comes twice, or late, counts once and where it belongs' },
  ),
]
