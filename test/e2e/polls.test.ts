// Without PUBLIC_URL, in a real process: Twilio (a double of it) is asked what became of a message while somebody waits for it.

import { afterAll, expect, it } from 'vitest'
import {
  answer,
  type Behaviour,
  type FaultServer,
  hang,
  startFaultServer,
} from '../delivery/fault-server.ts'
import { createDatabase } from '../postgres/databases.ts'
import {
  ADMIN_KEY,
  type ServiceProcess,
  startService,
  temporaryDirectory,
  waitFor,
} from './service-process.ts'

const opened: { close(): Promise<unknown> | unknown }[] = []
afterAll(async () => {
  for (const one of opened.splice(0).reverse()) await one.close()
})

const ADMIN = { authorization: `Bearer ${ADMIN_KEY}` }
const SID = 'AC0123456789abcdef0123456789abcdef'

/** Takes every message, and answers about it as the test says. */
function account(sid: string, about: Behaviour): Behaviour {
  return (response, seen) => {
    if (seen.method === 'GET') about(response, seen)
    else answer(201, JSON.stringify({ sid, status: 'queued' }))(response, seen)
  }
}
const says = (sid: string, status: string, code: number | null = null) =>
  answer(200, JSON.stringify({ sid, status, error_code: code }))

async function twilio(): Promise<FaultServer> {
  const server = await startFaultServer()
  opened.push(server)
  return server
}
const settingsOf = (prefix: string, { url }: FaultServer) => ({
  [`${prefix}_ACCOUNT_SID`]: SID,
  [`${prefix}_AUTH_TOKEN`]: 'a-token-of-tests',
  [`${prefix}_FROM`]: '+15005550006',
  [`${prefix}_BASE_URL`]: url,
})

async function serve(env: Record<string, string>, path = ''): Promise<ServiceProcess> {
  const directory = path === '' ? temporaryDirectory() : { path, remove: () => {} }
  opened.push({ close: directory.remove })
  const service = await startService(directory.path, { DEVELOPMENT_NETWORK: 'open', ...env })
  opened.push({ close: () => service.stop() })
  return service
}

const sent = ({ seen }: FaultServer) => seen.filter(({ method }) => method === 'POST')
const asked = ({ seen }: FaultServer) => seen.filter(({ method }) => method === 'GET')
const textOf = (server: FaultServer) => new URLSearchParams(sent(server)[0]?.body).get('Body')
const start = async (service: ServiceProcess, more: Record<string, unknown> = {}) => {
  const started = await service.post('/verify/start', { to: '+14155552672', ...more })
  expect(started.status).toBe(201)
  return started.body.id as string
}
const deliveriesOf = async (service: ServiceProcess, id: string) =>
  (await service.get(`/verify/${id}`)).body.deliveries as { status: string; channel: string }[]
const statusIs = (service: ServiceProcess, id: string, status: string) =>
  waitFor(status, async () =>
    (await deliveriesOf(service, id))[0]?.status === status ? true : undefined,
  )

// At once: most of each is waiting for a lease or for what a provider says.
it.concurrent('I14: an undelivered message goes to the next account, which says that it was delivered', async () => {
  const [first, second] = [await twilio(), await twilio()]
  first.behave(account('SM1', says('SM1', 'undelivered', 30034)))
  second.behave(account('SM2', answer(404, '{"code":20404}')))
  const service = await serve({
    ...settingsOf('TWILIO', first),
    ...settingsOf('TWILIO__EU', second),
    SMS_ROUTES: 'twilio, twilio:eu',
  })
  const id = await start(service)
  await waitFor('the message by the other account', () => sent(second)[0])
  expect(textOf(second)).toBe(textOf(first))
  expect(new URLSearchParams(sent(first)[0]?.body).has('StatusCallback')).toBe(false)
  expect(asked(first).map(({ url }) => url)).toEqual([
    `/2010-04-01/Accounts/${SID}/Messages/SM1.json`,
  ])
  // Nobody but this reader waits for the second one: the last of its route.
  await statusIs(service, id, 'sent')
  await waitFor('a question about it', async () => {
    await deliveriesOf(service, id)
    return asked(second)[0]
  })
  second.behave(account('SM2', says('SM2', 'delivered')))
  await statusIs(service, id, 'delivered')

  const shown = (await service.get(`/admin/api/verifications/${id}`, ADMIN)).body
  expect(shown.tries).toMatchObject([
    { provider: 'twilio', fault: 'destination', receipt: { state: 'undelivered', code: '30034' } },
    { provider: 'twilio:eu', fault: null, receipt: { state: 'delivered', code: null } },
  ])
  const metrics = (await service.get('/metrics', ADMIN)).body
  for (const line of [
    'countersign_receipt_polls_total{provider="twilio",outcome="undelivered"} 1',
    'countersign_receipt_polls_total{provider="twilio:eu",outcome="delivered"} 1',
    'countersign_receipts_total{provider="twilio:eu",state="delivered"} 1',
    'countersign_failovers_total{channel="sms",from="twilio",to="twilio:eu"} 1',
  ])
    expect(metrics).toContain(line)
  expect(service.output()).not.toMatch(/4155552672|SM1|SM2/)
})

it.concurrent('C54: a step waits for what the provider says, and does not follow what was delivered', async () => {
  const server = await twilio()
  server.behave(account('SM1', says('SM1', 'delivered')))
  const whatsapp = await twilio()
  const service = await serve({
    ...settingsOf('TWILIO', server),
    ...{ WHATSAPP_CLOUD_ACCESS_TOKEN: 'x', WHATSAPP_CLOUD_PHONE_NUMBER_ID: '106540352242922' },
    ...{ WHATSAPP_CLOUD_TEMPLATE: 'otp', WHATSAPP_CLOUD_BASE_URL: whatsapp.url },
  })
  const channels = [{ channel: 'sms', timeout_seconds: 10 }, 'whatsapp']
  const id = await start(service, { channels })
  await waitFor('the end of the chain', async () => {
    const { events } = (await service.get(`/admin/api/verifications/${id}`, ADMIN)).body
    return events.find(({ type }: { type: string }) => type === 'delivery.delivered')
  })
  const { body } = await service.get(`/verify/${id}`)
  expect(body).toMatchObject({ next_step: null, deliveries: [{ status: 'delivered' }] })
  expect(whatsapp.seen).toEqual([])
  // The other way round nobody would report: there is neither PUBLIC_URL nor an answer to a question.
  const blind = await service.post('/verify/start', {
    ...{ to: '+14155552673', channels: ['whatsapp', 'sms'] },
  })
  expect(blind).toMatchObject({ status: 422, body: { type: expect.stringContaining('receipts') } })
})

it.concurrent('C57: a provider that hangs when it is asked delays no message, and no question to another', async () => {
  const [hanging, other] = [await twilio(), await twilio()]
  hanging.behave(account('SM1', hang))
  other.behave(account('SM2', says('SM2', 'delivered')))
  const service = await serve({
    ...settingsOf('TWILIO', hanging),
    ...settingsOf('TWILIO__EU', other),
    ...{ SMS_ROUTES: 'DE -> twilio:eu; default -> twilio, twilio:eu' },
    ...{ LIMIT_SENDS_PER_PREFIX_HOUR: 'off', LIMIT_SENDS_PER_IP_BURST: 'off' },
  })
  for (let n = 0; n < 6; n += 1) await start(service, { to: `+1415555268${n}` })
  // As many as it has places.
  await waitFor('four questions', () => (asked(hanging).length >= 4 ? true : undefined))
  const id = await start(service, { to: '+4915112345678' })
  await start(service, { to: '+14155552690' })
  await waitFor('a message beside them', () => (sent(hanging).length === 7 ? true : undefined))
  expect(asked(hanging).length).toBeLessThanOrEqual(6)
  await statusIs(service, id, 'delivered')
})

it.concurrent('C26: after kill -9 of the node that asks another one asks', async () => {
  const server = await twilio()
  server.behave(account('SM1', hang))
  const other = await twilio()
  const directory = temporaryDirectory()
  opened.push({ close: directory.remove })
  const env = {
    ...settingsOf('TWILIO', server),
    ...settingsOf('TWILIO__EU', other),
    SMS_ROUTES: 'twilio, twilio:eu',
  }
  const service = await serve(env, directory.path)
  const id = await start(service)
  await waitFor('a question', () => asked(server)[0])
  service.kill('SIGKILL')
  await service.exited
  server.behave(account('SM1', says('SM1', 'delivered')))
  const next = await serve(env, directory.path)
  await statusIs(next, id, 'delivered')
  expect(sent(server)).toHaveLength(1)
  expect(sent(other)).toEqual([])
})

it.concurrent('C26: of two nodes one asks; the other one does once that was killed', async () => {
  const database = await createDatabase()
  opened.push({ close: () => database.drop() })
  const servers = [await twilio(), await twilio()] as const
  for (const server of servers) server.behave(account('SM1', hang))
  const nodes = await Promise.all(
    servers.map((server) =>
      serve({
        ...settingsOf('TWILIO', server),
        ...settingsOf('TWILIO__EU', server),
        ...{ SMS_ROUTES: 'twilio, twilio:eu', DATABASE_URL: database.url },
      }),
    ),
  )
  const id = await start(nodes[0] as ServiceProcess)
  const first = await waitFor('a question', () => {
    const found = servers.findIndex((server) => asked(server).length > 0)
    return found < 0 ? undefined : { found }
  })
  const [asking, other] = first.found === 0 ? nodes : nodes.toReversed()
  const server = servers[1 - first.found] as FaultServer
  server.behave(account('SM1', says('SM1', 'delivered')))
  asking?.kill('SIGKILL')
  await asking?.exited
  expect(asked(server)).toEqual([])
  await statusIs(other as ServiceProcess, id, 'delivered')
  expect(asked(server)).toHaveLength(1)
  expect(servers.flatMap(sent)).toHaveLength(1)
})
