// The providers of messages (providers.ts) in the test's own process: writes down every message, and is sometimes slow or wrong.
// It must not forget a message that it refused: the person may have got it all the same.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import {
  answerBody,
  type Carried,
  type ProviderName,
  readMessage,
} from '../delivery/made-up-providers.ts'
import { createReporter, type Reporter } from './reporter.ts'
import type { Chance } from './seeded.ts'

export type Message = Carried & {
  /** Milliseconds since the epoch. */
  at: number
  /** Written whole; null: the caller was gone before, or was never to be answered. */
  answered: number | null
}

/**
 * `slow`: around the deadline of a send, so that many are under way at any moment; half are held, which nobody answers, reports or
 * reads. `down`: nothing is taken. `first-down`: by the first of the route.
 */
export type Mood = 'usual' | 'slow' | 'down' | 'first-down'

export type Gateway = {
  /** A node's own. */
  urlOf(node: number): string
  readonly messages: readonly Message[]
  readonly reporter: Reporter
  setMood(mood: Mood): void
  /** The code that a verification's person reads; undefined: no message came in time. */
  waitForCode(verification: string, withinMs: number): Promise<string | undefined>
  /** The node with the most sends that only another worker can end, should it freeze now; undefined: none has one. */
  nodeThatIsHeld(): number | undefined
  close(): Promise<void>
}

type Plan = { afterMs: number; status: number } | 'never' | 'held'

/** Most are taken at once; some fail for a moment, for good, or say nothing until the deadline is over. */
function planUsually(chance: Chance): Plan {
  const kind = chance.next()
  const afterMs = chance.between(0, 250)
  if (kind < 0.06) return { afterMs, status: 500 }
  if (kind < 0.08) return { afterMs, status: 429 }
  if (kind < 0.1) return { afterMs, status: 400 }
  if (kind < 0.13) return 'never'
  if (kind < 0.18) return { afterMs: chance.between(700, 1_400), status: 202 }
  return { afterMs, status: 200 }
}

function plan(mood: Mood, provider: ProviderName, chance: Chance): Plan {
  if (mood === 'slow')
    return chance.happens(0.5) ? 'held' : { afterMs: chance.between(600, 1_500), status: 200 }
  const isDown = mood === 'down' || (mood === 'first-down' && provider === 'http')
  if (isDown) return chance.happens(0.5) ? 'never' : { afterMs: 0, status: 503 }
  return planUsually(chance)
}

/** One that was refused is not reported of; one whose answer is never written may have been taken. */
const mayBeTaken = (planned: Exclude<Plan, 'held'>, chance: Chance) =>
  planned === 'never' ? chance.happens(0.5) : planned.status < 300

/** `/2/first`: of node 2. */
function nodeAndPath(url: string): { node: number; path: string } {
  const slash = url.indexOf('/', 1)
  return { node: Number(url.slice(1, slash)), path: url.slice(slash) }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

export async function startGateway(chance: Chance): Promise<Gateway> {
  const messages: Message[] = []
  const reporter = createReporter(chance.fork('reporter'))
  const codes = new Map<string, string>()
  const waiting = new Map<string, ((code: string) => void)[]>()
  const sockets = new Set<Socket>()
  /** The sends of each node that are held until it gives them up. */
  const held = new Map<number, number>()
  let mood: Mood = 'usual'

  const arrive = ({ verification, code }: Message) => {
    codes.set(verification, code)
    for (const resolve of waiting.get(verification) ?? []) resolve(code)
    waiting.delete(verification)
  }
  const hold = (node: number, response: ServerResponse) => {
    const count = (by: number) => held.set(node, (held.get(node) ?? 0) + by)
    count(1)
    response.once('close', () => count(-1))
  }
  const answer = (node: number, fields: Carried, response: ServerResponse) => {
    const message: Message = { ...fields, at: Date.now(), answered: null }
    messages.push(message)
    const { provider } = message
    const planned = plan(mood, provider, chance)
    if (planned === 'held') return hold(node, response)
    arrive(message)
    if (mayBeTaken(planned, chance)) reporter.follow(message)
    if (planned === 'never') return
    const { status } = planned
    setTimeout(() => {
      if (response.destroyed) return
      message.answered = status
      const headers = status === 429 ? { 'retry-after': '1' } : {}
      response.writeHead(status, headers).end(answerBody(provider, status))
    }, planned.afterMs)
  }
  const server = createServer((request, response) => {
    const { node, path } = nodeAndPath(request.url ?? '')
    void readBody(request).then(
      (body) => answer(node, readMessage(path, body), response),
      () => {}, // A node was killed while it wrote: no message came.
    )
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    urlOf: (node) => `http://127.0.0.1:${port}/${node}`,
    messages,
    reporter,
    setMood(next) {
      mood = next
    },
    waitForCode(verification, withinMs) {
      const code = codes.get(verification)
      if (code !== undefined) return Promise.resolve(code)
      return new Promise((resolve) => {
        const timer = setTimeout(() => resolve(undefined), withinMs)
        const told = (found: string) => {
          clearTimeout(timer)
          resolve(found)
        }
        waiting.set(verification, [...(waiting.get(verification) ?? []), told])
      })
    },
    nodeThatIsHeld() {
      const most = [...held].filter(([, count]) => count > 0).sort((a, b) => b[1] - a[1])
      return most[0]?.[0]
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}
