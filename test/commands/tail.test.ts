// One verification against the filters of a command.

import { describe, expect, it } from 'vitest'
import type { ListedVerification } from '../../src/admin/ports.ts'
import { isWanted } from '../../src/commands/tail.ts'

describe('a row is wanted', () => {
  const row: Partial<ListedVerification> = {
    ...{ service: 'default', status: 'pending', channel: 'sms', country: 'US' },
    ...{ deliveryStatus: 'sent', provider: 'acme', budgetIndex: Buffer.from('me') },
  }
  it.each([
    [{}, true],
    [{ service: 'default' }, true],
    [{ service: 'bank' }, false],
    [{ status: 'approved' }, false],
    [{ channel: 'email' }, false],
    [{ country: 'DE' }, false],
    [{ delivery: 'sent', provider: 'acme' }, true],
    [{ delivery: 'failed' }, false],
    [{ provider: 'other' }, false],
    [{ budgetIndexes: [Buffer.from('you'), Buffer.from('me')] }, true],
    [{ budgetIndexes: [Buffer.from('you')] }, false],
    [{ budgetIndexes: [] }, false],
  ] as const)('%j: %s', (filter, wanted) =>
    expect(isWanted(row as ListedVerification, { service: null, ...filter })).toBe(wanted),
  )
})
