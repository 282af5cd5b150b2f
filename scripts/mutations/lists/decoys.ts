// Lines that keep C49: what a stranger sees of a decoy.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const RECENT_SENDS = 'test/delivery/recent-sends.test.ts'
const C49_DECOY_FATE = 'test/e2e/c49-decoy-fate.test.ts'

export const DECOYS: readonly Mutant[] = [
  mutant(
    'C49.decoy-failure-evidence',
    'a decoy fails as others do only where several failed and none has been reached since',
    [RECENT_SENDS, 'one or two recipients of their own, however often they fail'],
    { node: 'BinaryExpression', nth: 2, becomes: 'same.length > 0' },
  ),
  mutant(
    'C49.free-numbers-ignored',
    'wrong numbers, which are free, make no decoy fail where somebody was reached',
    [RECENT_SENDS, 'wrong numbers and mailboxes, where others were reached'],
    { node: 'ConditionalExpression', becomes: '1' },
  ),
  mutant(
    'C49.permanent-needs-many',
    'a permanent refusal everywhere takes as many people where somebody was reached',
    [RECENT_SENDS, 'wrong numbers in several countries'],
    { node: 'CallExpression', nth: 4, becomes: 'false' },
  ),
  mutant(
    'C49.outage-ends-early',
    'for decoys an outage ends with the first recipient that is reached',
    [RECENT_SENDS, 'several that failed before another was reached'],
    {
      node: 'VariableStatement',
      becomes: 'const since = end === -1 ? sends : sends.filter((one) => !isAccepted(one))',
    },
  ),
  mutant(
    'C49.mailbox-spellings',
    'many spellings of one mailbox count as one',
    [RECENT_SENDS, 'one mailbox in many spellings is one'],
    { node: 'ReturnStatement', becomes: 'return `${mailbox}${to}@${domain}`' },
  ),
  mutant(
    'C49.subdomains-one-place',
    'subdomains of one domain count as one place',
    [RECENT_SENDS, 'their own domain, with any number of mailboxes and subdomains'],
    { node: 'ArrowFunction', becomes: '(one) => rootOf(one.place) && one.place' },
  ),
  mutant(
    'C49.missing-mailbox-neutral',
    'a mailbox that does not exist proves nothing about its domain',
    [RECENT_SENDS, 'mailboxes and numbers that do not exist'],
    { node: 'BinaryExpression', becomes: 'false' },
  ),
  mutant(
    'C49.slow-recipient-outlier',
    'one slow recipient does not set the pace of decoys',
    [RECENT_SENDS, 'a person who gets many messages counts once'],
    { node: 'IfStatement', becomes: 'byPerson.set(one.id, one)' },
  ),
  mutant(
    'C49.decoy-permanent-refusal',
    'a destination that is permanently refused is refused for decoys',
    [C49_DECOY_FATE, 'C49, C66: a country: failed alike'],
    { node: 'CallExpression', becomes: '' },
  ),
  mutant(
    'C49.shared-send-history',
    'decoys follow the results of other nodes, and those before a restart',
    [C49_DECOY_FATE, 'C49: its first decoys follow the other nodes’ results, and take their time'],
    { node: 'ForOfStatement', becomes: '' },
  ),
  mutant(
    'C49.decoy-fresh-id',
    'a decoy repeats no id of a real send',
    ['test/delivery/imitation.test.ts', 'C49: an id or a time is another one'],
    { node: 'ConditionalExpression', becomes: 'isCommon(word) ? word : word' },
  ),
  mutant(
    'C49.decoy-retry-after',
    'decoys wait as long as another node’s provider asked for',
    ['test/delivery/send-history.test.ts', 'a decoy waits as long as the Retry-After'],
    { node: 'PropertyAssignment', becomes: 'result: past.result as SendResult' },
  ),
  mutant(
    'C49.pg-decoys-excluded',
    'PostgreSQL: decoys do not learn from decoys',
    [
      'test/storage/postgres/store.test.ts',
      'C49: reports the results of the newest real messages, of each answered try',
    ],
    { node: 'TemplateMiddle', find: ` and v.kind = 'real'`, replace: '' },
  ),
  mutant(
    'C49.first-decoy-latency',
    'the first decoys take the time that the provider usually takes',
    [RECENT_SENDS, 'as long as a recent send of its channel and provider'],
    {
      node: 'BinaryExpression',
      becomes: 'like[Math.floor(random() * like.length)]?.durationMs ?? 0',
    },
  ),
  mutant(
    'C49.local-provider-latency',
    'a provider on this machine is usually faster than one across the internet',
    [
      'test/delivery/registry.test.ts',
      'C49: the first decoys take the usual time of smtp://[::1]:25',
    ],
    { node: 'ConditionalExpression', becomes: 'isNear ? USUAL_MS.far : USUAL_MS.far' },
  ),
  mutant(
    'C49.other-node-history',
    'another node’s earlier result is not mistaken for the newest',
    [RECENT_SENDS, 'a send that is read twice, or late, counts once and in its place'],
    { node: 'ArrowFunction', becomes: '() => true' },
  ),
]
