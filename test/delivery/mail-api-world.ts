// A mail provider's API on a loopback socket, and what a message becomes there.
// It must not know one provider: each test hands in how it is made.

import { afterAll, beforeAll } from 'vitest'
import { createHttpClient } from '../../src/delivery/answers/http-client.ts'
import type { HttpClient, OutgoingMessage, Provider } from '../../src/delivery/ports.ts'
import { PATIENCE_MS } from '../long.ts'
import { type Behaviour, type FaultServer, type Seen, startFaultServer } from './fault-server.ts'
import { fixedClock, mailMessage } from './messages.ts'

export const SENDER = { name: null, address: 'no-reply@example.com' }

/** Texts of a provider that quote the message: nothing of them may be handed on. */
export const QUOTING = 'Ada.Lovelace+test@example.com: 4711471147'

export function withMailApi(create: (url: string, http: HttpClient) => Provider) {
  const http = createHttpClient({ clock: fixedClock })
  let server: FaultServer
  beforeAll(async () => {
    server = await startFaultServer()
  })
  afterAll(async () => {
    await http.close()
    await server.close()
  })
  const seen = (): Seen => {
    const last = server.seen.at(-1)
    if (!last) throw new Error('nothing came')
    return last
  }
  return {
    url: () => server.url,
    requests: () => server.seen.length,
    seen,
    async send(behaviour: Behaviour, change: Partial<OutgoingMessage> = {}) {
      server.behave(behaviour)
      const signal = AbortSignal.timeout(PATIENCE_MS)
      return await create(server.url, http).send(mailMessage(change), signal)
    },
    /** Its body as JSON. */
    async sent(behaviour: Behaviour, change: Partial<OutgoingMessage> = {}) {
      await this.send(behaviour, change)
      return JSON.parse(seen().body) as Record<string, unknown>
    },
    async probe(behaviour: Behaviour) {
      server.behave(behaviour)
      return await create(server.url, http).probe?.(AbortSignal.timeout(PATIENCE_MS))
    },
    /** What somebody else's client sends. */
    async sentBy(behaviour: Behaviour, run: (url: string) => Promise<unknown>): Promise<Seen> {
      server.behave(behaviour)
      await run(server.url)
      return seen()
    },
  }
}

/** A request but for what names its client: `header` chooses what is compared of the head. */
export function comparable({ method, url, headers, body }: Seen, names: readonly string[]) {
  const head = Object.fromEntries(names.map((name) => [name, headers[name]]))
  return { method, url, head, body: JSON.parse(body) as unknown }
}
