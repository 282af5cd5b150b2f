// API keys for pages, API and commands: the list, making one, and revoking one.
// It must not show a key's text but once, when it is made, nor make one that reaches further than whoever makes it.

import { createApiKey, type NewApiKey } from '../access/api-keys.ts'
import {
  type ApiKeyRecord,
  type ApiKeyStore,
  isMixed,
  isOfLogin,
  type Scope,
} from '../access/ports.ts'
import type { EventStore, EventType } from '../events/types.ts'
import type { Clock } from '../kernel/clock.ts'
import { actorOf } from './people.ts'
import type { Admin } from './ports.ts'

export const MAX_KEY_NAME = 100

export type KeyToMake = {
  /** Null: every service. */
  service: string | null
  name: string
  scopes: readonly Scope[]
  /** Null: no end. */
  expiresAt: number | null
}

/** A field of `KeyToMake`, and what is wrong with it. */
export type KeyFault = { field: keyof KeyToMake; detail: string }

export const KEY_STATES = ['active', 'ended', 'revoked'] as const
export type KeyState = (typeof KEY_STATES)[number]

export function stateOf({ revokedAt, expiresAt }: ApiKeyRecord, now: number): KeyState {
  if (revokedAt !== null) return 'revoked'
  return expiresAt !== null && now >= expiresAt ? 'ended' : 'active'
}

export type KeyAdmin = ReturnType<typeof createKeyAdmin>

/** @throws StoreUnavailableError everywhere */
export function createKeyAdmin(deps: {
  store: Pick<ApiKeyStore, 'find' | 'insert' | 'list' | 'revoke'>
  events: Pick<EventStore, 'append'>
  services: { has(name: string): boolean }
  clock: Clock
}) {
  const { store, events, services, clock } = deps

  const log = (admin: Admin, { id, service, scopes, name }: ApiKeyRecord, type: EventType) => {
    const details = { key: id, name, scopes: scopes.join(',') }
    const about = { verificationId: null, budgetIndex: null, details }
    return events.append([{ ...actorOf(admin, service), at: clock.now(), type, ...about }])
  }

  const faultOf = (admin: Admin, key: KeyToMake): KeyFault | undefined => {
    const { service, name, scopes, expiresAt } = key
    const fault = (field: KeyFault['field'], detail: string) => ({ field, detail })
    if (scopes.length === 0) return fault('scopes', 'needs at least one scope')
    if (name.length > MAX_KEY_NAME || /\p{Cc}/u.test(name))
      return fault('name', `must be one line of at most ${MAX_KEY_NAME} characters`)
    if (isMixed(scopes))
      return fault('scopes', 'has relay beside another scope: a key for relay has that one alone')
    if (service === null && isOfLogin(scopes))
      return fault(
        'service',
        'must be given: a key with the scope verify or relay belongs to one service',
      )
    if (service !== null && !services.has(service)) return fault('service', 'does not exist')
    // Theirs is one service's: no key of theirs may see another one's people.
    if (admin.service !== null && service !== admin.service)
      return fault('service', 'is not the service of the key')
    if (expiresAt !== null && expiresAt <= clock.now())
      return fault('expiresAt', 'must lie in the future')
    return undefined
  }

  return {
    /** Newest first; of the admin's service, or of all. */
    list: ({ service }: Pick<Admin, 'service'>): Promise<ApiKeyRecord[]> => store.list(service),

    /** Its text is in the result, and nowhere afterwards. */
    async create(admin: Admin, key: KeyToMake): Promise<NewApiKey | { fault: KeyFault }> {
      const fault = faultOf(admin, key)
      if (fault) return { fault }
      const made = createApiKey({ ...key, nowMs: clock.now() })
      await store.insert(made.record)
      await log(admin, made.record, 'key.created')
      return made
    },

    /** From the next request on. Undefined: the admin sees no such key. Twice is fine. */
    async revoke(admin: Admin, id: string): Promise<ApiKeyRecord | undefined> {
      const record = await store.find(id)
      if (!record || (admin.service !== null && record.service !== admin.service)) return undefined
      if (record.revokedAt !== null) return record
      const revokedAt = clock.now()
      await store.revoke(id, revokedAt)
      await log(admin, record, 'key.revoked')
      return { ...record, revokedAt }
    },
  }
}
