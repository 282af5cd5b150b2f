// Two real processes on one PostgreSQL: one answers and sends nothing, the other sends and answers nothing but how it is.

import { afterEach, expect, it } from 'vitest'
import { answer, startFaultServer } from '../delivery/fault-server.ts'
import { createDatabase } from '../postgres/databases.ts'
import { ADMIN_KEY, startService, temporaryDirectory, waitFor } from './service-process.ts'

const SECRET = `whsec_${Buffer.from('a secret of thirty-two bytes, ok').toString('base64')}`

const opened: { close(): Promise<unknown> | unknown }[] = []
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close()
})

async function open<T extends { close(): Promise<unknown> | unknown }>(one: T): Promise<T> {
  opened.push(one)
  return one
}

it('an API process accepts what a worker sends: messages, webhooks, and the endings that nobody asks for', async () => {
  const database = await createDatabase()
  opened.push({ close: database.drop })
  const json = { 'content-type': 'application/json' }
  const gateway = await open(
    await startFaultServer(answer(201, '{"sid":"SM0123","status":"queued"}', json)),
  )
  const receiver = await open(await startFaultServer(answer(204)))
  const directory = temporaryDirectory()
  opened.push({ close: directory.remove })
  const begin = async (ROLE: string) => {
    const service = await startService(directory.path, {
      ...{ ROLE, DATABASE_URL: database.url },
      ...{ WEBHOOK_URL: receiver.url, WEBHOOK_SECRET: SECRET },
      TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
      TWILIO_AUTH_TOKEN: 'the-token-of-the-account',
      TWILIO_FROM: '+15005550006',
      TWILIO_BASE_URL: gateway.url,
      PRICES: 'provider,channel,country,price,currency\ntwilio,sms,*,0.0079,USD',
    })
    opened.push({ close: () => service.stop() })
    return service
  }
  const api = await begin('api')
  const { body: started } = await api.post('/verify/start', { to: '+14155552671' })
  expect((await api.get('/readyz')).body).toEqual({
    ...{ ready: true, checks: { database: true, hasher: true } },
  })
  expect(gateway.seen).toEqual([])
  const worker = await begin('worker')
  const text = await waitFor('the message', () => gateway.seen[0]?.body)
  const code = /\d{6}/.exec(new URLSearchParams(text).get('Body') ?? '')?.[0] ?? ''
  const checked = await api.post('/verify/check', { id: started.id, code })
  expect(checked.status).toBe(200)
  const told = await waitFor('the webhook', () => receiver.seen[0]?.body)
  expect(JSON.parse(told)).toMatchObject({ type: 'verification.approved' })

  // From here on the worker is woken by the other process's start.
  await api.post('/verify/start', { to: '+14155552672' })
  await waitFor('the second message', () => gateway.seen[1])

  const admin = { authorization: `Bearer ${ADMIN_KEY}` }
  const { body: report } = await waitFor('both prices', async () => {
    const found = await api.get('/admin/api/costs', admin)
    return found.body.costs[0]?.messages === 2 ? found : undefined
  })
  expect(report).toMatchObject({
    costs: [{ provider: 'twilio', country: 'US', parts: 2, cost: '0.0158', currency: 'USD' }],
    complete: true,
  })
  const { body: detail } = await api.get(`/admin/api/verifications/${started.id}`, admin)
  expect(detail.tries).toMatchObject([{ parts: 1, price: '0.0079', currency: 'USD' }])

  expect((await worker.get('/readyz')).body.checks).toEqual({ database: true, worker: true })
  expect((await worker.get('/metrics', admin)).status).toBe(200)
  for (const path of ['/', '/docs', '/admin', `/verify/${started.id}`, '/admin/api/verifications'])
    expect([path, (await worker.get(path, admin)).status]).toEqual([path, 404])
  expect((await worker.post('/verify/start', { to: '+14155552671' })).status).toBe(404)
})
