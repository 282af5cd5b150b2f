// Webhooks for admins, end to end: given up, listed, read, replayed by API, console and command; each key its own service.

import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createApiKey } from '../../src/access/api-keys.ts'
import type { Scope } from '../../src/access/ports.ts'
import { run } from '../commands/operator-world.ts'
import { createVisitor, formTokenOf } from '../console/visitor.ts'
import { answer, type FaultServer, startFaultServer } from '../delivery/fault-server.ts'
import { openStore } from '../storage/sqlite/fixture.ts'
import { type Client, createClient } from './client.ts'
import { createWebhookCheck } from './document.ts'
import { ADMIN_KEY, type Real, ROOT_SECRET, startReal } from './real.ts'

const SECRET = `whsec_${Buffer.alloc(32, 'admin').toString('base64')}`

let receiver: FaultServer
let real: Real
let services: string
beforeAll(async () => {
  receiver = await startFaultServer(answer(410))
  const hook = (path: string) => ({ url: `${receiver.url}${path}`, secrets: [SECRET] })
  services = JSON.stringify({
    services: {
      default: { webhooks: [hook('/in?token=tok-4711')] },
      bank: { brand_name: 'Bank', webhooks: [hook('/bank')] },
    },
  })
  real = await startReal({ SERVICES: services })
})
afterAll(async () => {
  await real?.close()
  await receiver?.close()
})

async function keyOf(service: string, scopes: Scope[]): Promise<Client> {
  const store = await openStore(join(real.directory, 'data/countersign.db'))
  const key = createApiKey({ service, name: 'test', scopes, nowMs: Date.now() })
  await store.apiKeys.insert(key.record)
  await store.close()
  return createClient(real.url, key.text)
}

/** Canceled: a message to the URL of its service. @returns its id */
async function cancel(client = real.client): Promise<string> {
  const { body } = await client.post('/verify/start', { to: 'ann@example.com' })
  expect((await client.post(`/verify/${body.id}/cancel`, {})).status).toBe(200)
  return body.id
}
const list = async (query: string, client = real.admin) =>
  (await client.get(`/admin/api/webhooks?${query}`)).body.messages
/** The newest, once it is so. */
const once = (status: string, id: string) =>
  vi.waitFor(async () => {
    const found = (await list(`status=${status}`)).find(
      (one: { verification_id: string }) => one.verification_id === id,
    )
    if (!found) throw new Error(`it is not ${status} yet`)
    return found
  })

describe('messages to webhooks, for admins', () => {
  it('one that was given up is listed, read without a recipient, replayed under its id, and is as documented', async () => {
    receiver.behave(answer(410))
    const id = await cancel()
    const dead = await once('dead', id)
    expect(dead).toMatchObject({
      ...{ type: 'verification.canceled', error: 'http_410', tries: 1, next_try_at: null },
      ...{ url: `${receiver.url}/in`, service: 'default', sequence: 1 },
    })
    const { body } = await real.admin.get(`/admin/api/webhooks/${dead.id}`)
    expect(body.payload).toMatchObject({ id: dead.id, data: { verification_id: id } })
    expect(JSON.stringify(body)).not.toMatch(/example\.com|tok-4711/)
    receiver.behave(answer(204))
    const replayed = await real.admin.post(`/admin/api/webhooks/${dead.id}/replay`, {})
    expect([replayed.status, replayed.body.tries]).toEqual([200, replayed.body.tries])
    expect(await once('delivered', id)).toMatchObject({ id: dead.id, error: null })
    const [first, second] = receiver.seen.filter(({ headers }) => headers['webhook-id'] === dead.id)
    expect(second?.body).toBe(first?.body)
    const { body: document } = await real.admin.get('/openapi.json')
    const faultOf = createWebhookCheck(document)
    for (const { body: text } of receiver.seen) {
      const payload = JSON.parse(text)
      expect(faultOf(payload.type, payload)).toBe(undefined)
    }
    const { body: log } = await real.admin.get('/admin/api/events?type=webhook.replayed')
    expect(log.events[0]).toMatchObject({ verification_id: id, key_id: 'ADMIN_KEY' })
  })

  it('C35: a key of one service sees and replays its own; a reader replays nothing', async () => {
    receiver.behave(answer(410))
    const [banker, reader] = [await keyOf('bank', ['admin']), await keyOf('bank', ['admin:read'])]
    const dead = await once('dead', await cancel())
    expect(await list('status=dead', banker)).toEqual([])
    const of = `/admin/api/webhooks/${dead.id}`
    for (const refused of [await banker.get(of), await banker.post(`${of}/replay`, {})])
      expect([refused.status, refused.body.error]).toEqual([404, 'webhook_not_found'])
    const away = await banker.post(
      `/admin/api/webhooks/destinations/${dead.destination}/replay`,
      {},
    )
    expect(away.status).toBe(404)
    expect((await banker.get('/admin/api/webhooks?service=default')).status).toBe(400)
    const { body } = await banker.get('/admin/api/webhooks/destinations')
    expect(body.destinations.map((one: { service: string }) => one.service)).toEqual(['bank'])
    const own = body.destinations[0].id
    const denied = await reader.post(`/admin/api/webhooks/destinations/${own}/replay`, {})
    expect(denied.status).toBe(403)
  })

  it('the page shows destinations and messages, and replays what was given up', async () => {
    receiver.behave(answer(410))
    const id = await cancel()
    const dead = await once('dead', id)
    const visitor = createVisitor(real.url)
    await visitor.post('/admin/session', { key: ADMIN_KEY })
    const page = await visitor.get('/admin/webhooks')
    expect([page.status, page.text.includes('given up')]).toEqual([200, true])
    expect(page.text).toContain(`${receiver.url}/in`)
    expect(page.text).not.toMatch(/tok-4711|whsec_|ann@/)
    receiver.behave(answer(204))
    const form = { form_token: formTokenOf(page), destination: dead.destination }
    const done = await visitor.post('/admin/webhooks/replay-dead', form)
    expect([done.status, done.location]).toEqual([303, expect.stringMatching(/\?count=\d+$/)])
    await once('delivered', id)
    expect((await visitor.get(done.location ?? '')).text).toMatch(/\d+ due again/)
    const narrow = await visitor.get(`/admin/webhooks?status=dead&destination=${dead.destination}`)
    expect(narrow.text).toContain('No messages match.')
    expect((await visitor.get('/admin/webhooks?cursor=nonsense')).status).toBe(400)
  })

  it('the command lists, shows and replays them beside the running service', async () => {
    receiver.behave(answer(410))
    const id = await cancel()
    const dead = await once('dead', id)
    const env = {
      DATA_DIR: join(real.directory, 'data'),
      SERVICES_FILE: join(real.directory, 'services.json'),
      SECRET_KEY: ROOT_SECRET.toString('base64'),
    }
    const listed = await run(env, 'webhooks', 'list', '--status', 'dead', '--json')
    expect(listed.out.split('\n').map((line) => line && JSON.parse(line).id)).toContain(dead.id)
    const shown = await run(env, 'webhooks', 'show', dead.id)
    expect(JSON.parse(shown.out)).toMatchObject({ id: dead.id, status: 'dead' })
    const urls = await run(env, 'webhooks', 'destinations')
    expect(urls.out).toContain(`${receiver.url}/bank`)
    receiver.behave(answer(204))
    expect(await run(env, 'webhooks', 'replay', dead.id)).toMatchObject({ status: 0 })
    await once('delivered', id)
    expect((await run(env, 'webhooks', 'replay', dead.destination)).err).toMatch(/^\d+ messages/)
    expect((await run(env, 'webhooks', 'on', dead.destination)).err).toContain('already')
    expect(await run(env, 'webhooks', 'show', 'whm_nothing')).toMatchObject({ status: 1 })
  })
})
