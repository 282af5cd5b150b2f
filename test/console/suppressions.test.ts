// C59 end to end: a recipient who opted out gets nothing more, is seen by admins in API and console, and is let in again.

import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runHere } from '../commands/command-process.ts'
import { PATIENCE_MS } from '../long.ts'
import { formTokenOf, type Visitor } from './visitor.ts'
import { readable, signedIn, startWorld, type World } from './world.ts'

const PUBLIC_URL = 'https://verify.example.com'
const STOPPED = '+14155554031'
const SESSION = 'a-browser-session-of-its-own'
const WAIT = { timeout: PATIENCE_MS }
let world: World
let visitor: Visitor
beforeAll(async () => {
  world = await startWorld({ PUBLIC_URL, DEVELOPMENT_NETWORK: 'open' })
  visitor = await signedIn(world)
})
afterAll(() => world.close())

const search = async (to: string) =>
  (await world.admin.post('/admin/api/suppressions/search', { to })).body.suppressions

describe('C59: a person who opted out', () => {
  let first: string
  it('is suppressed by the provider’s answer', async () => {
    world.refuseWith(21610)
    const started = await world.start({ to: STOPPED, session: SESSION })
    first = started.body.id
    await world.delivered(first, 'failed')
    await expect.poll(async () => search(STOPPED), WAIT).toHaveLength(1)
    expect((await search('+1 415 555 4031'))[0]).toMatchObject({
      ...{ channel: 'sms', to_masked: '+141•••31', reason: 'stop', active: true, times: 1 },
      ...{ provider: 'twilio', code: '21610', service: 'default' },
    })
  })

  it('gets no further message, whoever asks: before any count, and a decoy’s answer is the same', async () => {
    const sent = world.gateway.seen.length
    for (const asked of [{}, { decoy: true }, { session: SESSION }, { authenticated: true }]) {
      const answer = await world.client.post('/verify/start', { to: STOPPED, ...asked })
      expect(answer.status).toBe(422)
      expect(answer.body).toMatchObject({
        error: 'recipient_suppressed',
        title: 'Nothing is sent to this recipient',
      })
      expect(answer.body.detail).toContain('START')
      expect(answer.headers.get('RateLimit')).toBeNull()
    }
    expect((await world.client.post(`/verify/${first}/resend`, {})).status).toBe(422)
    const { body } = await world.admin.post('/admin/api/recipients/limits', { to: STOPPED })
    const used = body.services[0].limits.filter(
      ({ used }: { used: number | null }) => (used ?? 0) > 1,
    )
    expect(used.filter(({ name }: { name: string }) => name.includes('number'))).toEqual([])
    expect(world.gateway.seen.length).toBe(sent)
  })

  it('is in the console, masked, and lifted there with a reason; then the next message goes out', async () => {
    world.refuseWith(null)
    const page = await visitor.get('/admin/suppressions')
    expect(readable(page)).toContain('opted out')
    expect(readable(page)).toContain('+141•••31')
    expect(page.text).not.toContain(STOPPED)
    const form_token = formTokenOf(page)
    const found = await visitor.post('/admin/suppressions/find', { form_token, find: STOPPED })
    expect(found.location).toMatch(/^\/admin\/suppressions\?recipient=[\w-]+$/)
    expect(readable(await visitor.get(found.location ?? ''))).toContain('Only +141•••31')
    const [{ id }] = await search(STOPPED)
    const lift = (reason: string) =>
      visitor.post('/admin/suppressions/lift', { form_token, id, reason })
    expect((await lift(' ')).status).toBe(404)
    const listed = await runHere(world, ['suppressions', '--to', STOPPED, '--json'])
    expect(JSON.parse(listed.stdout)).toEqual((await search(STOPPED))[0])
    const exported = await world.admin.post('/admin/api/recipients/export', { to: STOPPED })
    expect(exported.body.suppressions).toMatchObject([{ id }])
    const lifted = await lift('ticket 4711')
    expect(lifted.location).toBe('/admin/suppressions?done=lifted')
    expect(readable(await visitor.get(lifted.location ?? ''))).toContain('Lifted')
    expect((await lift('ticket 4711')).status).toBe(404)
    const { body } = await world.admin.post('/admin/api/events/search', { recipient: STOPPED })
    const event = body.events.find(
      ({ type }: { type: string }) => type === 'recipient.unsuppressed',
    )
    expect(event.details).toMatchObject({ reason: 'stop', lift_reason: 'ticket 4711' })
    const again = await world.start({ to: STOPPED })
    await world.delivered(again.body.id, 'sent')
  })

  it('is on the person’s page and the verification’s while it lasts, and is lifted by command', async () => {
    world.refuseWith(30005)
    const to = '+14155554032'
    const { body } = await world.start({ to })
    await world.delivered(body.id, 'failed')
    await expect.poll(async () => search(to), WAIT).toHaveLength(1)
    const page = await visitor.get(`/admin/verifications/${body.id}`)
    expect(readable(page)).toContain('Suppressed: starts and resends to this person are refused')
    const person = /href="(\/admin\/person\?who=[\w-]+)"/.exec(page.text)?.[1] ?? ''
    expect(readable(await visitor.get(person))).toContain(
      'sms in default: does not exist, until 20',
    )
    const shown = await runHere(world, ['suppressions', '--reason', 'unknown'])
    expect(shown.stdout).toMatch(/^sup_\w{32} +\+141•••32 +sms +unknown .* 1 × +twilio 30005/)
    const [{ id }] = await search(to)
    const words = ['unsuppress', id, '--because', 'ticket 4712']
    expect((await runHere(world, words)).stdout).toBe('+141•••32 gets messages by sms again.\n')
    expect(await search(to)).toEqual([])
    expect((await runHere(world, words)).status).toBe(1)
    expect((await runHere(world, words.slice(0, 2))).status).toBe(2)
  })

  it('opts out and in again by a text to the sender, as Twilio reports it', async () => {
    world.refuseWith(null)
    const to = '+14155554033'
    const hear = async (Body: string, token = 'the-token-of-the-account') => {
      const fields = { From: to, To: '+15005550006', Body, SmsStatus: 'received' }
      const signature = getExpectedTwilioSignature(token, `${PUBLIC_URL}/receipts/twilio`, fields)
      const headers = { 'x-twilio-signature': signature }
      const body = new URLSearchParams(fields)
      return (await fetch(`${world.url}/receipts/twilio`, { method: 'POST', headers, body })).status
    }
    const start = async () => (await world.start({ to })).status
    expect(await hear('STOP', 'another')).toBe(401)
    expect(await start()).toBe(201)
    expect(await hear('Stop')).toBe(204)
    expect(await start()).toBe(422)
    expect(await search(to)).toMatchObject([{ reason: 'stop', until: null, code: null }])
    expect(await hear('where are you?')).toBe(204)
    expect(await start()).toBe(422)
    expect(await hear('START')).toBe(204)
    expect(await start()).toBe(201)
    expect(await search(to)).toEqual([])
  })

  it('of another service, or for a key that only reads, is not lifted', async () => {
    const viewer = await signedIn(world, await world.keyOf(null, ['admin:read']))
    const form_token = formTokenOf(await viewer.get('/admin/suppressions'))
    const id = `sup_${'0'.repeat(32)}`
    const form = { form_token, id, reason: 'x' }
    expect((await viewer.post('/admin/suppressions/lift', form)).status).toBe(403)
    const unknown = await world.admin.post(`/admin/api/suppressions/${id}/lift`, { reason: 'x' })
    expect(unknown.status).toBe(404)
  })
})
