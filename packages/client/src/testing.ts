// A fake of the service for a login flow's tests: in memory, with the real client in front of it and the same outcomes.
// It must not need anything of the program under test, which has a client like any other.

import type { Fetch } from './answer.ts'
import { Countersign } from './client.ts'
import { FakeService } from './fake/service.ts'
import type { FakeVerification } from './fake/state.ts'
import { type Answer, type Body, readRecipient, refuse } from './fake/wire.ts'

export type FakeOptions = {
  codeLength?: number
  ttlSeconds?: number
  maxAttempts?: number
  maxSends?: number
  /** Milliseconds since the epoch; `advance` adds to it. Default: Date.now. */
  now?: () => number
}

/** How the next answers are lost: before the request arrives, after it took effect, or by a service that is busy. */
export type Trouble = 'request_lost' | 'answer_lost' | 'overloaded'

export type Fake = {
  /** As the program under test has it. */
  client: Countersign
  /** For a client that the program makes on its own: any url, and this key. */
  fetch: Fetch
  apiKey: string
  /** The code that a real one would have sent. @throws where there is no such verification */
  codeOf(id: string): string
  /** The newest one's to this number or address. */
  codeTo(to: string): string
  /** The person ends on the hosted page. @returns the code that it brings back, for `exchange` */
  approveByPage(id: string): string
  /** Its clock, not the program's. */
  advance(seconds: number): void
  /** From now on a start needs a solution. @returns what ends that */
  requireChallenge(to: string): () => void
  /** A solution that is accepted once. */
  solve(): string
  block(to: string): void
  suppress(to: string): void
  /** The next `times` requests meet this. */
  trouble(kind: Trouble, times?: number): void
  /** Requests that arrived. */
  requests(): number
}

const DEFAULTS = { codeLength: 6, ttlSeconds: 600, maxAttempts: 5, maxSends: 5 } as const
const KEY = 'fake-key-0123456789'

type Stored = { covered: string; answer: Answer }

/** Only what had an effect is answered again. */
const isStored = ({ status, body }: Answer) =>
  status < 300 || (body as { error?: string }).error === 'code_incorrect'

function route(service: FakeService, method: string, path: string, body: Body): Answer {
  const [, room, id = '', action] = path.split('/')
  if (path === '/approvals/exchange') return service.exchange(body)
  if (room !== 'verify') return refuse(404, 'not_found', 'The fake has no such route.')
  if (method === 'GET') return service.get(id)
  if (id === 'start') return service.start(body)
  if (id === 'check') return service.check(body)
  if (id === 'list') return service.list(body)
  if (action === 'resend') return service.resend(id)
  if (action === 'next') return service.next(id)
  return action === 'cancel'
    ? service.cancel(id)
    : refuse(404, 'not_found', 'The fake has no such route.')
}

function answerWith({ status, body }: Answer, replayed: boolean): Response {
  const { retry_after_seconds: seconds } = body as { retry_after_seconds?: number }
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      'content-type': status < 400 ? 'application/json' : 'application/problem+json',
      ...(replayed && { 'idempotency-replayed': 'true' }),
      ...(seconds !== undefined && { 'retry-after': String(seconds) }),
    },
  })
}

/** The service behind `fetch`: its key, its stored answers, and the troubles of a network. */
function createFetch(service: FakeService, apiKey: string) {
  const stored = new Map<string, Stored>()
  const troubles: Trouble[] = []
  let requests = 0

  const answerOnce = (
    method: string,
    path: string,
    text: string,
    key: string | undefined,
  ): [Answer, boolean] => {
    const body: Body = text === '' ? {} : JSON.parse(text)
    const { client_ip: _ip, user_agent: _agent, challenge: _solution, ...covered } = body
    const name = `${path} ${key}`
    const before = key === undefined ? undefined : stored.get(name)
    if (before && before.covered !== JSON.stringify(covered))
      return [refuse(422, 'idempotency_key_reused', 'use a new key for a new request'), false]
    if (before) return [before.answer, true]
    const answer = route(service, method, path, body)
    if (key !== undefined && isStored(answer))
      stored.set(name, { covered: JSON.stringify(covered), answer })
    return [answer, false]
  }

  const fetch: Fetch = async (url, { method, headers, body = '', signal }) => {
    signal.throwIfAborted()
    const trouble = troubles.shift()
    if (trouble === 'request_lost') throw new TypeError('fetch failed')
    requests += 1
    if (trouble === 'overloaded')
      return answerWith(
        refuse(503, 'overloaded', 'try again shortly', { retry_after_seconds: 1 }),
        false,
      )
    if (headers.authorization !== `Bearer ${apiKey}`)
      return answerWith(refuse(401, 'unauthenticated', 'No valid API key was given.'), false)
    const answer = answerOnce(method, new URL(url).pathname, body, headers['idempotency-key'])
    if (trouble === 'answer_lost') throw new TypeError('fetch failed')
    return answerWith(...answer)
  }
  return { fetch, troubles, requests: () => requests }
}

const recipientOf = (to: string): string => {
  const read = readRecipient(to)
  if (read === null)
    throw new TypeError(`Countersign: ${to} is not a number in international form or an address`)
  return read
}

export function createFake({ now = Date.now, ...policy }: FakeOptions = {}): Fake {
  let aheadMs = 0
  const service = new FakeService({ ...DEFAULTS, ...policy }, () => now() + aheadMs)
  const { fetch, troubles, requests } = createFetch(service, KEY)
  const { blocked, challenged, solutions, suppressed } = service.fates
  const codeIn = (found: FakeVerification | undefined): string => {
    if (!found) throw new TypeError('Countersign: the fake has no such verification')
    return found.code
  }
  return {
    client: new Countersign({ url: 'http://countersign.test', apiKey: KEY, fetch }),
    fetch,
    apiKey: KEY,
    codeOf: (id) => codeIn(service.all.get(id)),
    codeTo: (to) => codeIn(service.newestOf(recipientOf(to))[0]),
    approveByPage: (id) => service.approveByPage(id),
    advance(seconds) {
      aheadMs += seconds * 1000
    },
    requireChallenge(to) {
      challenged.add(recipientOf(to))
      return () => void challenged.delete(recipientOf(to))
    },
    solve() {
      const solution = crypto.randomUUID()
      solutions.add(solution)
      return solution
    },
    block: (to) => void blocked.add(recipientOf(to)),
    suppress: (to) => void suppressed.add(recipientOf(to)),
    trouble(kind, times = 1) {
      troubles.push(...Array<Trouble>(times).fill(kind))
    },
    requests,
  }
}
