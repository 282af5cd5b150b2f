// One or more real processes on one store, a SQLite file or a PostgreSQL server, and what a race needs to see of them.
// It must not know a case: the tests do.

import { join } from 'node:path'
import { expect } from 'vitest'
import { createApiKey } from '../../src/access/api-keys.ts'
import type { StoreConfig } from '../../src/storage/open.ts'
import { openStore } from '../../src/storage/open.ts'
import { PATIENCE_MS } from '../long.ts'
import { createDatabase } from '../postgres/databases.ts'
import { REDIS, startRedis } from '../redis/server.ts'
import {
  ADMIN_KEY,
  type Answer,
  LIGHT,
  type ServiceProcess,
  startService,
  temporaryDirectory,
  waitFor,
} from './service-process.ts'

/** CI runs the longer forms. */

export type WireEvent = { type: string; details: Record<string, unknown> }
export type Message = { verification_id: string; to: string; code: string }

/** Each request goes to the next node. */
export type Caller = {
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>
  start(body: Record<string, unknown>): Promise<Answer>
  check(id: string, code: unknown, more?: Record<string, unknown>): Promise<Answer>
  get(path: string): Promise<Answer>
}

export type Nodes = Caller & {
  readonly all: readonly ServiceProcess[]
  /** The data directory they share. */
  readonly path: string
  /** Calls with a key of another service of SERVICES; the key is made on the way. */
  as(service: string): Promise<Caller>
  /** What every node's inbox holds: any of them may have sent it. */
  messages(): Promise<Message[]>
  code(id: string): Promise<string>
  /** The codes of many, in their order. */
  codes(ids: readonly string[]): Promise<string[]>
  /** The event log of one verification, oldest first. */
  events(id: string, type?: string): Promise<WireEvent[]>
  /** Codes that are being compared or hashed, and those that wait for it, on all of them. */
  hashing(): Promise<number>
  /** At once: how a process drains is another test's (C39). */
  stop(): Promise<void>
}

async function readInbox(service: ServiceProcess): Promise<Message[]> {
  return (await service.get('/dev/inbox', { accept: 'application/json' })).body
}

async function readEvents(service: ServiceProcess, id: string, type?: string) {
  const query = `verification=${id}&limit=100${type ? `&type=${type}` : ''}`
  const answer = await service.get(`/admin/api/events?${query}`, {
    authorization: `Bearer ${ADMIN_KEY}`,
  })
  if (answer.status !== 200) throw new Error(`the event log answered ${answer.status}`)
  return (answer.body.events as WireEvent[]).reverse()
}

async function readHashing(service: ServiceProcess): Promise<number> {
  const { body } = await service.get('/admin/api/health', { authorization: `Bearer ${ADMIN_KEY}` })
  return body.hashing.running + body.hashing.waiting
}

/** What `countersign keys create` does, without a process for it. */
async function insertKey(config: StoreConfig, service: string): Promise<string> {
  const store = await openStore(config)
  const key = createApiKey({ service, name: 'test', scopes: ['verify'], nowMs: Date.now() })
  await store.apiKeys.insert(key.record)
  await store.close()
  return key.text
}

export type Layout = {
  engine: 'sqlite' | 'postgres'
  processes: number
}
/** The title of a suite that runs on each: `describe.each(LAYOUTS)(ON, …)`. */
export const ON = '$processes process(es) on $engine'
/** One process, two on one file, and four on one PostgreSQL (READ COMMITTED), with the limits counted in Redis where it is installed. */
export const LAYOUTS: readonly Layout[] = [
  { engine: 'sqlite', processes: 1 },
  { engine: 'sqlite', processes: 2 },
  { engine: 'postgres', processes: 4 },
]

type Base = { env: Record<string, string>; config: StoreConfig; remove(): Promise<void> }

async function prepare(engine: Layout['engine'], path: string): Promise<Base> {
  if (engine === 'sqlite')
    return {
      env: {},
      config: { kind: 'sqlite', path: join(path, 'countersign.db'), synchronous: 'normal' },
      remove: async () => {},
    }
  const database = await createDatabase()
  const { url } = database
  const redis = REDIS ? await startRedis() : undefined
  return {
    env: {
      ...{ DATABASE_URL: url, DATABASE_CONNECTIONS: '4' },
      ...(redis && { RATE_LIMIT_URL: redis.url() }),
    },
    config: { kind: 'postgres', url, connections: 2, pooler: 'none' },
    async remove() {
      await redis?.stop()
      await database.drop()
    },
  }
}

function createCaller(next: () => ServiceProcess, key?: string): Caller {
  const own = key === undefined ? {} : { authorization: `Bearer ${key}` }
  const post: Caller['post'] = (path, body, headers) =>
    next().post(path, body, { ...own, ...headers })
  return {
    post,
    start: (body) => post('/verify/start', body),
    check: (id, code, more = {}) => post('/verify/check', { id, code, ...more }),
    get: (path) => next().get(path, own),
  }
}

/** The processes start at once: opening one file, or migrating one database, is raced as well. */
export async function startNodes(
  { engine, processes: count }: Layout,
  env: Record<string, string> = {},
): Promise<Nodes> {
  const directory = temporaryDirectory()
  const base = await prepare(engine, directory.path)
  const all = await Promise.all(
    Array.from({ length: count }, () =>
      startService(directory.path, { ...LIGHT, ...base.env, ...env }),
    ),
  )
  let turn = 0
  const next = () => {
    turn += 1
    return all[turn % count] as ServiceProcess
  }
  const messages = async () => (await Promise.all(all.map(readInbox))).flat()
  const codes = async (ids: readonly string[]) =>
    waitFor(`the messages of ${ids.length} verifications`, async () => {
      const byId = new Map((await messages()).map((m) => [m.verification_id, m.code]))
      const found = ids.flatMap((id) => byId.get(id) ?? [])
      return found.length === ids.length ? found : undefined
    })
  return {
    ...createCaller(next),
    all,
    path: directory.path,
    as: async (service) => createCaller(next, await insertKey(base.config, service)),
    hashing: async () =>
      (await Promise.all(all.map(readHashing))).reduce((sum, one) => sum + one, 0),
    messages,
    code: async (id) => (await codes([id]))[0] as string,
    codes,
    events: (id, type) => readEvents(next(), id, type),
    async stop() {
      for (const service of all) service.kill('SIGKILL')
      await Promise.all(all.map(({ exited }) => exited))
      await base.remove()
      directory.remove()
    },
  }
}

/** How often each answer came: `{ '200': 1, '409 verification_approved': 49 }`. */
export function tally(answers: readonly Answer[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { status, body } of answers) {
    const name = body?.error ? `${status} ${body.error}` : String(status)
    counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}

/** `count` calls at once. */
export function together<T>(count: number, call: (n: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, n) => call(n)))
}

/**
 * A start as a client would send it: where no connection to PostgreSQL is free within 2 s, or no turn at a counter's
 * row, the answer is 503. On a busy machine many at once may meet that while the pools are cold.
 */
export async function startPatiently(
  caller: Pick<Caller, 'start'>,
  body: Record<string, unknown>,
): Promise<Answer> {
  const end = performance.now() + PATIENCE_MS
  for (;;) {
    const answer = await caller.start(body)
    if (answer.status !== 503 || performance.now() > end) return answer
    expect(answer.body.type).toBe('/docs#store_unavailable')
  }
}

/** Of a verification as it is now. */
export async function remaining(nodes: Caller, id: string): Promise<number> {
  return (await nodes.get(`/verify/${id}`)).body.attempts_remaining
}
