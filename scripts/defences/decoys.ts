// Lines that keep C49, C50 and C66: what a stranger sees of a decoy, and what is said of messages that will not arrive.
// It must name for each the fastest test that sees it.

import { type Defence, row } from './defence.ts'

const LOST = 'test/e2e/c66-lost-send.test.ts'

export const DECOYS: readonly Defence[] = [
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
