// Lines that keep C49, C50 and C66: what a stranger sees of a decoy, and what is said of messages that will not arrive.
// It must name for each the fastest test that sees it.

import { type Defence, row } from './defence.ts'

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
