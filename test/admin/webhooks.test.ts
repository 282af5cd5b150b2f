// Webhooks for people over a real store: a URL that the settings no longer have, a destination that is off.

import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createWebhookOperations } from '../../src/admin/webhooks.ts'
import { createDestinations } from '../../src/webhooks/destination.ts'
import { HOOKED, LOGIN } from '../contract/hooked.ts'
import { ACTOR, T0 } from '../contract/rows.ts'
import { keyOf, start } from '../contract/stores.ts'
import { makeDirectory, type OpenStore, openStore } from '../storage/sqlite/fixture.ts'

const ADMIN = { ...ACTOR, service: null, keyId: 'ADMIN_KEY' }
const directory = makeDirectory()
let store: OpenStore
const woken: string[] = []
const operationsOf = (destinations = HOOKED) =>
  createWebhookOperations({
    chain: store.audit,
    ...{ store: store.webhooks, destinations, events: store.events },
    wake: (destination) => woken.push(destination),
    clock: { now: () => T0 + 10 },
  })
beforeAll(async () => {
  store = await openStore(join(directory.path, 'store.db'))
  const record = await start(store, { service: 'hooked' })
  await store.steps.cancel({ ...keyOf(record), now: T0 + 2 })
})
afterAll(async () => {
  await store.close()
  directory.remove()
})

it('C57: messages of a URL that the settings no longer have are shown as such, and never made due', async () => {
  const without = operationsOf(createDestinations([]))
  const { items } = await without.list({ service: null }, null, 10)
  expect(items).toMatchObject([{ url: null, service: 'hooked', state: 'queued' }])
  const [removed] = await without.destinations('hooked')
  expect(removed).toMatchObject({ url: null, pending: 1 })
  expect(await without.destinations('another')).toEqual([])
  const [message] = items
  expect(await without.replay(ADMIN, message?.id ?? '')).toBe('removed')
  expect(await without.replayDead(ADMIN, removed?.destination ?? '')).toEqual({ kind: 'removed' })
  expect(await without.replayDead(ADMIN, 'whd_0123456789ab')).toBeUndefined()
  const { items: log } = await store.events.list({
    ...{ service: null, types: ['webhook.replayed'], cursor: null, limit: 10 },
  })
  expect([log, woken]).toEqual([[], []])
})

it('C57: one that is off is switched on by somebody whom the log names, once', async () => {
  const operations = operationsOf()
  const OFF = { failingSince: T0 - 9, offSince: T0 }
  const from = { failingSince: null, offSince: null }
  await store.webhooks.turn({ destination: LOGIN, from, to: OFF, event: null })
  const [shown] = await operations.destinations(null)
  expect(shown).toMatchObject({ destination: LOGIN, ...OFF })
  const elsewhere = { ...ADMIN, service: 'another' }
  expect(await operations.switchOn(elsewhere, LOGIN)).toBeUndefined()
  expect(await operations.switchOn(ADMIN, LOGIN)).toBe(true)
  expect(await operations.switchOn(ADMIN, LOGIN)).toBe(false)
  expect(woken).toEqual([LOGIN])
  const { items } = await store.events.list({
    ...{ service: 'hooked', types: ['webhook.switched_on'], cursor: null, limit: 10 },
  })
  expect(items).toMatchObject([{ keyId: 'ADMIN_KEY', details: { destination: LOGIN } }])
})
