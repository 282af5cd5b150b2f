// The filters of the page Keys, as its address has them: nonsense is ignored.

import { type ApiKeyRecord, SCOPES } from '../access/ports.ts'
import { KEY_STATES, stateOf } from '../admin/keys.ts'

/** In the address, of keys for every service: no service is called so. */
export const EVERY = '*'

export function filterKeys(
  keys: readonly ApiKeyRecord[],
  query: Readonly<Record<string, string>>,
  now: number,
): ApiKeyRecord[] {
  const state = KEY_STATES.find((one) => one === query.state)
  const scope = SCOPES.find((one) => one === query.scope)
  const service = query.service === EVERY ? null : query.service || undefined
  return keys.filter(
    (key) =>
      (state === undefined || stateOf(key, now) === state) &&
      (scope === undefined || key.scopes.includes(scope)) &&
      (service === undefined || key.service === service),
  )
}
