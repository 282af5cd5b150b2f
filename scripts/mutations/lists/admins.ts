// Lines that keep admins within their service, and recipients masked before them.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const ADMIN_VERIFICATIONS = 'test/http/admin-verifications.test.ts'

export const ADMINS: readonly Mutant[] = [
  mutant(
    'C35.admin-verifications-list',
    'an admin’s key of one service lists that service’s verifications',
    [ADMIN_VERIFICATIONS, 'see, change, show, export and erase nothing of another'],
    { node: 'PropertyAssignment', becomes: 'service: given.service ?? null' },
  ),
  mutant(
    'C35.admin-acts-service',
    'an admin’s key of one service acts on that service’s verifications and people',
    [ADMIN_VERIFICATIONS, 'see, change, show, export and erase nothing of another'],
    { node: 'PropertyAssignment', becomes: 'service: null' },
  ),
  mutant(
    'C30.masked-verifications',
    'the admin API shows verifications with the recipient masked',
    [
      ADMIN_VERIFICATIONS,
      'C30: no code anywhere, no recipient but where it was requested, none in the log of the process',
    ],
    {
      node: 'PropertyAssignment',
      becomes: `to_masked: (recipients as never as Recipients).ofRow(row)?.to ?? ''`,
    },
  ),
  mutant(
    'C30.reveal-logged',
    'the log records who revealed a recipient',
    [ADMIN_VERIFICATIONS, 'reveals its recipient on request, and the log records who asked'],
    { node: 'ExpressionStatement', becomes: 'void [type, at, about]' },
  ),
]
