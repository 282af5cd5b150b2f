// A service whose texts go to a Twilio that answers as a test says, and the people who sign in to its console.
// It must not fake anything but the provider's side and the wall clock.

import { join } from 'node:path'
import { expect, vi } from 'vitest'
import { createApiKey } from '../../src/access/api-keys.ts'
import type { Scope } from '../../src/access/ports.ts'
import { createOtp } from '../../src/factors/otp.ts'
import { answer, type FaultServer, startFaultServer } from '../delivery/fault-server.ts'
import { type Steered, startSteered } from '../e2e/steered-service.ts'
import { ADMIN_KEY } from '../http/real.ts'
import { openStore } from '../storage/sqlite/fixture.ts'
import { createVisitor, type Seen, type Visitor } from './visitor.ts'

export type World = Steered & {
  gateway: FaultServer
  /** Twilio refuses the next messages with this code; null: takes them. */
  refuseWith(code: number | null): void
  /** A key made in the store, as the command makes them. */
  keyOf(service: string | null, scopes: Scope[], name?: string): Promise<string>
  /** Starts a verification of somebody who has an authenticator app. @returns its id */
  startByApp(subject: string): Promise<string>
  /** The code in the newest text that Twilio was asked to send to this number. */
  texted(to: string): string
  /** Waits for the newest message to be in this state. */
  delivered(id: string, status: string): Promise<void>
}

const otp = createOtp()
const SHAPE = { algorithm: 'SHA1', digits: 6, periodSeconds: 30 } as const
const json = { 'content-type': 'application/json' }

function twilioSays(code: number | null) {
  if (code === null) return answer(201, '{"sid":"SM0123","status":"queued"}', json)
  const body = { code, message: 'a text that quotes +14155552671', status: 400 }
  return answer(400, JSON.stringify(body), json)
}

export async function makeKey(
  { directory }: { directory: string },
  service: string | null,
  scopes: Scope[],
  name = 'support',
): Promise<string> {
  const store = await openStore(join(directory, 'data/countersign.db'))
  const { text, record } = createApiKey({ service, name, scopes, nowMs: Date.now() })
  await store.apiKeys.insert(record)
  await store.close()
  return text
}

export async function startWorld(env: Record<string, string> = {}): Promise<World> {
  const gateway = await startFaultServer(twilioSays(null))
  const steered = await startSteered({
    TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
    TWILIO_AUTH_TOKEN: 'the-token-of-the-account',
    TWILIO_FROM: '+15005550006',
    TWILIO_BASE_URL: gateway.url,
    ...env,
  })
  return {
    ...steered,
    gateway,
    refuseWith: (code) => gateway.behave(twilioSays(code)),
    keyOf: (service, scopes, name = 'support') => makeKey(steered, service, scopes, name),
    async startByApp(subject) {
      const { client } = steered
      const { body } = await client.post('/factors/totp', { subject, account_name: 'a' })
      const step = Math.floor(Date.now() / (SHAPE.periodSeconds * 1000))
      const code = otp.code(body.secret, SHAPE, step)
      expect((await client.post(`/factors/${body.id}/confirm`, { code })).status).toBe(200)
      const started = await client.post('/verify/start', { subject, channel: 'totp' })
      return started.body.id
    },
    texted(to) {
      const texts = gateway.seen.map(({ body }) => new URLSearchParams(body))
      const text = texts.findLast((one) => one.get('To') === to)?.get('Body') ?? ''
      return /\d{6}/.exec(text)?.[0] ?? ''
    },
    async delivered(id, status) {
      await vi.waitFor(async () =>
        expect((await steered.look(id)).body.delivery_status).toBe(status),
      )
    },
    async close() {
      await steered.close()
      await gateway.close()
    },
  }
}

export async function signedIn({ url }: { url: string }, key = ADMIN_KEY): Promise<Visitor> {
  const visitor = createVisitor(url)
  expect((await visitor.post('/admin/session', { key })).status).toBe(303)
  return visitor
}

/** The page's own text, without tags, as a person reads it. */
export function readable({ text }: Seen): string {
  const body = text.replace(/<(style|script)[\s\S]*?<\/\1>/g, '').replace(/<[^>]*>/g, ' ')
  const plain = body.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"')
  return plain.replaceAll('&#39;', "'").replaceAll('&amp;', '&').replace(/\s+/g, ' ')
}
