// What the keys in a log are called, for people: by name where the key is still good, and of which kind it is.
// It must not keep them: a key may be revoked between two pages.

import type { Authenticator } from '../access/authenticator.ts'

export type KeyName = { name: string; kind: 'admin key' | 'login flow' | 'key that is gone' }

/** @param ids as events have them; null is the service itself and has no name. @throws StoreUnavailableError */
export async function nameKeys(
  authenticator: Pick<Authenticator, 'standing'>,
  ids: readonly (string | null)[],
): Promise<ReadonlyMap<string, KeyName>> {
  const distinct = [...new Set(ids.filter((id) => id !== null))]
  const named = distinct.map(async (id): Promise<[string, KeyName]> => {
    const key = await authenticator.standing(id)
    if (!key) return [id, { name: id, kind: 'key that is gone' }]
    const kind = key.access.scopes.has('admin:read') ? 'admin key' : 'login flow'
    return [id, { name: key.name || id, kind }]
  })
  return new Map(await Promise.all(named))
}
