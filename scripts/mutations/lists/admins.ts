// Lines that keep admins within their service, and recipients masked before them.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const ADMIN_VERIFICATIONS = 'test/http/admin-verifications.test.ts'

export const ADMINS: readonly Mutant[] = [
  mutant(
    'C35.admin-attempts-list',
    'an admin’s key of one service lists that one’s attempts',
    [ADMIN_VERIFICATIONS, 'see, change, show, export and erase nothing of another'],
    { node: 'PropertyAssignment', becomes: 'service: given.service ?? null' },
  ),
  mutant(
    'C35.admin-acts-service',
    'an admin’s key of one service acts on that one’s attempts and people',
    [ADMIN_VERIFICATIONS, 'see, change, show, export and erase nothing of another'],
    { node: 'PropertyAssignment', becomes: 'service: null' },
  ),
  mutant(
    'C30.masked-attempts',
    'attempts tell a recipient masked',
    [ADMIN_VERIFICATIONS, 'no recipient but where it was asked for'],
    {
      node: 'PropertyAssignment',
      becomes: `to_masked: (recipients as never as Recipients).ofRow(row)?.to ?? ''`,
    },
  ),
  mutant(
    'C30.reveal-logged',
    'who is shown a recipient in clear stands in the log',
    [ADMIN_VERIFICATIONS, 'shows its recipient to who asks for it'],
    { node: 'ExpressionStatement', becomes: 'void [type, at, about]' },
  ),
]
