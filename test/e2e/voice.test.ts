// Calls end to end, over real sockets: a double of Twilio picks up, presses a key, hears the code, and reports how the call ended.

import { afterEach, expect, it } from 'vitest'
import {
  type FakeTwilioCalls,
  type PlacedCall,
  startFakeTwilioCalls,
} from '../delivery/fake-twilio-calls.ts'
import {
  type ServiceProcess,
  startService,
  temporaryDirectory,
  waitFor,
  waitForLine,
} from './service-process.ts'

const opened: { close(): Promise<unknown> | unknown }[] = []
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close()
})

const PUBLIC_URL = 'https://verify.example.com'
/** Another one stands in the output of development. */
const TO = '+14155552670'

type World = { twilio: FakeTwilioCalls; service: ServiceProcess; restart(): Promise<void> }

async function open(env: Record<string, string> = {}): Promise<World> {
  const twilio = await startFakeTwilioCalls(PUBLIC_URL)
  const directory = temporaryDirectory()
  opened.push(twilio, { close: directory.remove })
  const settings = {
    ...{ PUBLIC_URL, DEVELOPMENT_NETWORK: 'open', VOICE_COUNTRIES: 'US', BRAND_NAME: 'R&D' },
    ...{ ...twilio.settings, ...env },
  }
  const start = () => startService(directory.path, settings)
  const world = { twilio, service: await start() }
  opened.push({ close: () => world.service.stop() })
  return {
    ...{ twilio },
    get service() {
      return world.service
    },
    async restart() {
      world.service.kill('SIGKILL')
      await world.service.exited
      world.service = await start()
    },
  }
}

async function placed({ twilio, service }: World, to = TO) {
  const started = await service.post('/verify/start', { to, channel: 'voice' })
  expect([started.status, started.body.channel]).toEqual([201, 'voice'])
  const call = await waitFor('the call', () => twilio.calls().find((one) => one.to === to))
  return { id: started.body.id as string, call }
}

const statusOf = async (service: ServiceProcess, id: string) =>
  (await service.get(`/verify/${id}`)).body.delivery_status
const sent = (service: ServiceProcess, id: string) =>
  waitFor('the answer to be stored', async () =>
    (await statusOf(service, id)) === 'sent' ? true : undefined,
  )

/** Digits that are spoken one by one. */
const codeIn = (text = '') => text.replaceAll(/\D/g, '')

it('I7: the code is told to whoever presses a key, twice over in one call, and to no other question', async () => {
  const world = await open()
  const { twilio, service } = world
  const { id, call } = await placed(world)
  expect(call).toMatchObject({ to: TO, from: '+15005550006' })
  expect(call.url).toMatch(/^https:\/\/verify\.example\.com\/calls\/twilio\?try=att_\w+_1_1&mac=/)
  expect(call.statusCallback).toMatch(/^https:\/\/verify\.example\.com\/receipts\/twilio\?try=/)
  await sent(service, id)

  // Nobody else: another token, another try's MAC, that of a receipt, no key.
  const fields = { CallSid: call.sid, Digits: '1' }
  const forged = call.url.replace(/mac=.{4}/, 'mac=AAAA')
  const ofReceipt = call.statusCallback.replace('/receipts/', '/calls/')
  for (const [url, token] of [[call.url, 'another'], [forged], [ofReceipt]] as const) {
    const heard = await twilio.ask({ url, service, fields, ...(token && { token }) })
    expect([heard.status, heard.said]).toEqual([401, []])
  }
  const asReceipt = call.url.replace('/calls/', '/receipts/')
  expect(await twilio.end({ ...call, statusCallback: asReceipt }, 'busy', service)).toBe(401)
  const answered = await twilio.pickUp(call, service)
  expect(answered.said).toEqual(['This is R&D calling with your code. Press any key to hear it.'])
  expect(answered.action).toBe(call.url)
  expect(await statusOf(service, id)).toBe('sent')

  const told = await twilio.press(call, '#', service, answered.action)
  expect(told.status).toBe(200)
  expect(told.headers.get('content-type')).toBe('text/xml; charset=utf-8')
  expect(told.headers.get('cache-control')).toBe('no-store')
  const [first, second, ...more] = told.said
  expect([second, more]).toEqual([first, []])
  expect(first).toMatch(/^Your code is: \d, \d, \d, \d, \d, \d\.$/)
  expect(await statusOf(service, id)).toBe('delivered')
  for (const again of [await twilio.press(call, '1', service), await twilio.pickUp(call, service)])
    expect([again.status, again.said]).toEqual([
      ...[200, ['This call no longer has a code for you. Goodbye.']],
    ])
  expect(await twilio.end(call, 'completed', service)).toBe(204)
  expect(await statusOf(service, id)).toBe('delivered')
  const code = codeIn(first)
  expect((await service.post('/verify/check', { id, code })).status).toBe(200)
  await waitForLine(service, 'a question about the words of a call was refused')
  // In one line a minute.
  const requests = service
    .output()
    .split('\n')
    .filter((line) => line.includes('/calls/{provider}'))
  expect(requests.filter((line) => line.includes('"status":200'))).not.toEqual([])
  expect(requests.filter((line) => line.includes('"status":401'))).toEqual([])
  expect(service.output()).not.toMatch(new RegExp(`4155552670|mac=|att_|${code}|R&amp;D`))
})

it('I17: a call that rings when the code is approved, or that voicemail answers, tells nothing', async () => {
  const world = await open()
  const { twilio, service } = world
  const voicemail = await placed(world)
  await sent(service, voicemail.id)
  expect((await twilio.pickUp(voicemail.call, service)).action).toBeDefined()
  // Voicemail presses no key.
  expect(await twilio.end(voicemail.call, 'completed', service)).toBe(204)
  expect(await statusOf(service, voicemail.id)).toBe('undelivered')
  const { said } = await twilio.press(voicemail.call, '1', service)
  expect(said).toEqual(['This call no longer has a code for you. Goodbye.'])

  const canceled = await placed(world, '+14155552672')
  await sent(service, canceled.id)
  await service.post(`/verify/${canceled.id}/cancel`, {})
  const heard = await twilio.pickUp(canceled.call, service)
  expect([heard.said, heard.action]).toEqual([said, undefined])
})

it('C20: kill -9 between the call and its question costs nothing: the code is told by the next process', async () => {
  const world = await open()
  const { twilio } = world
  const { id, call } = await placed(world)
  await sent(world.service, id)
  await world.restart()
  expect((await twilio.pickUp(call, world.service)).action).toBeDefined()
  await world.restart()
  const { said } = await twilio.press(call, '5', world.service)
  const checked = await world.service.post('/verify/check', { id, code: codeIn(said[0]) })
  expect(checked.status).toBe(200)
  // Told before it was killed: not told again.
  const other = await placed(world, '+14155552673')
  await sent(world.service, other.id)
  expect((await twilio.press(other.call, '5', world.service)).said).toHaveLength(2)
  await world.restart()
  expect((await twilio.press(other.call, '5', world.service)).said).toHaveLength(1)
})

it('C50: nobody is called outside VOICE_COUNTRIES, by a step of a chain neither; the answer says so', async () => {
  const world = await open({ VOICE_COUNTRIES: 'DE' })
  const { twilio, service } = world
  const refusal = (country: string) => [
    ...[403, 'country_not_allowed', `${country} is not among this service's VOICE_COUNTRIES`],
  ]
  const outcome = async (body: object) => {
    const { status, body: of } = await service.post('/verify/start', { to: TO, ...body })
    return [status, of.error, of.detail]
  }
  expect(await outcome({ channel: 'voice' })).toEqual(refusal('US'))
  const channels = [{ channel: 'sms', blind: true }, 'voice']
  expect(await outcome({ channels })).toEqual(refusal('US'))
  expect((await outcome({ to: '+4930901820', channel: 'voice' }))[0]).toBe(201)
  await waitFor('the call', () => twilio.calls()[0])
  expect(twilio.calls().map(({ to }: PlacedCall) => to)).toEqual(['+4930901820'])
})
