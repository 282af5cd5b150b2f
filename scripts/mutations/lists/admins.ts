// Lines that keep admins within their service, and recipients masked before them.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const ADMIN_VERIFICATIONS = 'test/http/admin-verifications.test.ts'

const SETTINGS = 'test/console/settings.test.ts'

export const ADMINS: readonly Mutant[] = [
  mutant(
    'C30.settings-masked',
    'settings in force have no secret',
    [
      'test/config/effective-settings.test.ts',
      'say of a secret that it is set, and of a database where it is',
    ],
    { node: 'ConditionalExpression', becomes: 'text' },
  ),
  mutant(
    'C35.settings-of-process',
    'an admin of one service does not see the settings of the process',
    [SETTINGS, 'sees that service alone, and nothing of the process'],
    { node: 'ConditionalExpression', becomes: '(void service, source.process)' },
  ),
  mutant(
    'C74.audit-says-how-far',
    'a search of the log that stopped before its end says so',
    [
      'test/storage/sqlite/ports.test.ts',
      'is searched by who and from where, page by page, in bounded steps that say how far',
    ],
    { node: 'PropertyAssignment', becomes: 'lookedBackTo: null' },
  ),
  mutant(
    'C74.audit-by-name',
    'the audit finds what a key did by the key’s name, too',
    [
      'test/console/audit.test.ts',
      'is found by who, by action, by address and by time, in an address that can be kept',
    ],
    { node: 'PropertyAssignment', becomes: 'keyIds: (void named, who ? [who] : undefined)' },
  ),
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
