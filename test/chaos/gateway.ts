// The providers of messages (providers.ts) in the test's own process: writes down every message, and is sometimes slow or wrong.
// It must not forget a message that it refused: the person may have got it all the same.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  answerBody,
  type Carried,
  type ProviderName,
  readMessage,
} from '../delivery/made-up-providers.ts'
import { createReporter, type Reporter } from './reporter.ts'
import type { Chance } from './seeded.ts'
import { RULES } from './settings.ts'

export type Message = Carried & {
  /** Milliseconds since the epoch. */
  at: number
  /** Written whole; null: the caller was gone before, or was never to be answered. */
  answered: number | null
}

/**
 * `slow`: around the deadline of a send, so that many are under way at any moment. `down`: nothing is taken. `first-down`: by
 * the first of the route.
 */
export type Mood = 'usual' | 'slow' | 'down' | 'first-down'

export type Gateway = {
  readonly url: string
  readonly messages: readonly Message[]
  readonly reporter: Reporter
  setMood(mood: Mood): void
  /** The code that a verification's person reads; undefined: no message came in time. */
  waitForCode(verification: string, withinMs: number): Promise<string | undefined>
  /** The next message of a delivery that was silent for a lease: another worker took it over. Or the time is up. */
  waitForTakeOver(withinMs: number): Promise<void>
  close(): Promise<void>
}

/** A message comes some time after its claim, and so does the one before it. */
const TAKEN_OVER_EARLY_MS = 400

type Plan = { afterMs: number; status: number } | 'never'

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
  if (mood === 'slow') return { afterMs: chance.between(600, 1_500), status: 200 }
  const isDown = mood === 'down' || (mood === 'first-down' && provider === 'http')
  if (isDown) return chance.happens(0.5) ? 'never' : { afterMs: 0, status: 503 }
  return planUsually(chance)
}

/** One that was refused is not reported of; one whose answer is never written may have been taken. */
const mayBeTaken = (planned: Plan, chance: Chance) =>
  planned === 'never' ? chance.happens(0.5) : planned.status < 300

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
  /** When each delivery's newest message came. */
  const newest = new Map<string, number>()
  let takeOver = Promise.withResolvers<void>()
  let mood: Mood = 'usual'

  const noticeTakeOver = ({ tryId, at }: Message) => {
    const delivery = tryId.slice(0, tryId.lastIndexOf('_'))
    if (at - (newest.get(delivery) ?? at) > RULES.leaseMs - TAKEN_OVER_EARLY_MS) {
      takeOver.resolve()
      takeOver = Promise.withResolvers()
    }
    newest.set(delivery, at)
  }
  const take = (fields: Carried): Message => {
    const message = { ...fields, at: Date.now(), answered: null }
    messages.push(message)
    noticeTakeOver(message)
    codes.set(message.verification, message.code)
    for (const resolve of waiting.get(message.verification) ?? []) resolve(message.code)
    waiting.delete(message.verification)
    return message
  }
  const answer = (message: Message, response: ServerResponse) => {
    const { provider } = message
    const planned = plan(mood, provider, chance)
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
    void readBody(request).then(
      (body) => answer(take(readMessage(request.url ?? '', body)), response),
      () => {}, // A node was killed while it wrote: no message came.
    )
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
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
    waitForTakeOver: (withinMs) => Promise.race([takeOver.promise, sleep(withinMs)]),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}
