// Whose key or sign-in an event was done with, in words.

import type { Authenticator } from '../access/authenticator.ts'
import { subjectOf } from '../access/identities.ts'
import type { KeyName } from './timeline.ts'

/** @param ids as events have them; null is the service itself. @throws StoreUnavailableError */
export async function nameKeys(
  authenticator: Pick<Authenticator, 'standing'>,
  ids: readonly (string | null)[],
): Promise<ReadonlyMap<string, KeyName>> {
  const distinct = [...new Set(ids.filter((id) => id !== null))]
  const named = distinct.map(async (id): Promise<[string, KeyName]> => {
    const subject = subjectOf(id)
    if (subject !== undefined) return [id, { name: subject, kind: 'by OpenID Connect' }]
    const key = await authenticator.standing(id)
    if (!key) return [id, { name: id, kind: 'deleted key' }]
    const kind = key.access.scopes.has('admin:read') ? 'admin key' : 'login flow'
    return [id, { name: key.name || id, kind }]
  })
  return new Map(await Promise.all(named))
}
