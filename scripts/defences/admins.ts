// Lines that keep admins within their service, and recipients masked before them.
// It must name for each the fastest test that sees it.

import type { Defence } from './defence.ts'

const TEST = 'test/http/admin-attempts.test.ts'
const OTHER_SERVICE = 'see, change, show, export and erase nothing of another'

export const ADMINS: readonly Defence[] = [
  {
    keeps: 'C35',
    line: 'an admin’s key of one service lists that one’s attempts',
    changes: [
      {
        file: 'src/http/schemas/attempts.ts',
        find: 'service: about.within ?? given.service ?? null',
        replace: 'service: given.service ?? null',
      },
    ],
    test: { file: TEST, title: OTHER_SERVICE },
  },
  {
    keeps: 'C35',
    line: 'an admin’s key of one service acts on that one’s attempts and people',
    changes: [
      {
        file: 'src/http/admin-caller.ts',
        find: 'service: caller.service?.name ?? null',
        replace: 'service: null',
      },
    ],
    test: { file: TEST, title: OTHER_SERVICE },
  },
  {
    keeps: 'C30',
    line: 'attempts tell a recipient masked',
    changes: [
      {
        file: 'src/http/schemas/attempts.ts',
        find: 'to_masked: recipients.masked(row)',
        replace: "to_masked: (recipients as never as Recipients).ofRow(row)?.to ?? ''",
      },
    ],
    test: { file: TEST, title: 'no recipient but where it was asked for' },
  },
  {
    keeps: 'C30',
    line: 'who is shown a recipient in clear stands in the log',
    changes: [
      {
        file: 'src/admin/operations.ts',
        find: 'await deps.events.append([{ ...actor, at, ...told, details: {} }])',
        replace: 'void [actor, at, told]',
      },
    ],
    test: { file: TEST, title: 'shows its recipient to who asks for it' },
  },
]
