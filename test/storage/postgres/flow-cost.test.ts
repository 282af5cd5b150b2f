// What a flow and its message cost the database: their round trips and commits.
// A server of its own: transaction ids are counted for all databases together.

import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ClaimedDelivery } from '../../../src/delivery/outbox-ports.ts'
import { pickLocale } from '../../../src/delivery/templates/languages.ts'
import { createOtp } from '../../../src/factors/otp.ts'
import { createHasher } from '../../../src/hashing/hasher.ts'
import { createClock } from '../../../src/kernel/clock.ts'
import { createReference } from '../../../src/kernel/ids.ts'
import { createKeyedLock } from '../../../src/kernel/keyed-lock.ts'
import { createKeyring } from '../../../src/kernel/keyring.ts'
import { codeContext } from '../../../src/kernel/sealing.ts'
import { createChallenges } from '../../../src/shield/challenge.ts'
import { openPostgres } from '../../../src/storage/postgres/open.ts'
import type { Store } from '../../../src/storage/store.ts'
import type { FrontFields } from '../../../src/verification/api.ts'
import { generateCode } from '../../../src/verification/comparison.ts'
import type { VerificationStore } from '../../../src/verification/ports.ts'
import { createVerificationService } from '../../../src/verification/service.ts'
import { LEASE_MS, lanesOf, SENT, sendAll, settlement } from '../../contract/outbox-steps.ts'
import { type CountingProxy, startCountingProxy } from '../../postgres/counting-proxy.ts'
import { type PostgresServer, startPostgres } from '../../postgres/server.ts'
import { comparersOf, testService } from '../../verification/world.ts'
import { MIGRATIONS } from './fixture.ts'

const MAX_ROUND_TRIPS = 4
const MAX_COMMITS = 2

let server: PostgresServer
let proxy: CountingProxy
let store: Store
let beside: pg.Client
beforeAll(async () => {
  server = await startPostgres()
  proxy = await startCountingProxy(server.port)
  const url = server.url().replace(String(server.port), String(proxy.port))
  // Behind a pooler there is no LISTEN, whose round trips would be counted.
  store = await openPostgres({ url, migrationsFolder: MIGRATIONS, pooler: 'transaction' })
  beside = new pg.Client({ connectionString: server.url() })
  await beside.connect()
})
afterAll(async () => {
  await beside.end()
  await store.close()
  proxy.close()
  await server.stop()
})

/** The next transaction id: each transaction that writes takes one, and so does the question. */
const nextId = async () => Number((await beside.query('select txid_current() as id')).rows[0].id)

/** @returns what happened to the database meanwhile */
async function count(work: () => Promise<unknown>) {
  // Connections are opened before: a sign-in is a round trip, too.
  await store.ping()
  const before = await nextId()
  proxy.takeRoundTrips()
  await work()
  const roundTrips = proxy.takeRoundTrips()
  return { roundTrips, commits: (await nextId()) - before - 1 }
}

const NOBODY = { endUser: { clientIp: null, userAgent: null }, idempotency: null }

function createDomain(verifications: VerificationStore = store.verifications) {
  const keyring = createKeyring([Buffer.alloc(32, 7)])
  const compared = {
    ...{ keyring, clock: createClock({ wallMs: store.wallMs ?? Date.now }) },
    hasher: createHasher({ keyring, memoryKib: 8, passes: 1, concurrency: 2, queueLimit: 64 }),
  }
  const service = createVerificationService({
    ...compared,
    store: verifications,
    front: store.front,
    limiter: {
      admit: async () => ({ kind: 'admitted', budgets: [], counts: [] }),
      giveBack: async () => {},
    },
    mint: { take: () => undefined, giveBack: () => {} },
    refusals: { record: () => {} },
    challenges: createChallenges({ ...compared, tries: 8 }),
    judge: () => undefined,
    wake: () => {},
    lock: createKeyedLock(),
    generateCode,
    hasPages: true,
    createReference,
    pickLocale,
    hasReceipts: () => false,
    pickProvider: () => 'acme',
    waitTooLong: async () => null,
    addressKey: (address) => address,
    compare: comparersOf({
      ...compared,
      ...{ wall: { now: Date.now }, factors: store.factors, otp: createOtp() },
    }),
  })
  const caller = { service: testService(), keyId: 'key_test' }
  const start = async (to: string, session: string | null = null, front?: FrontFields) => {
    const result = await service.start(caller, {
      ...{
        to,
        session,
        channel: null,
        channels: null,
        country: null,
        locale: null,
        codeLength: null,
      },
      ...{
        ttlSeconds: null,
        metadata: {},
        challenge: null,
        authenticated: false,
        decoy: false,
        purpose: 'login',
      },
      front,
      ...NOBODY,
    })
    if (!('verification' in result)) throw new Error(result.kind)
    return result.verification?.id as string
  }
  const check = (id: string, code: string, session: string | null = null) =>
    service.check(caller, {
      ...{ id, code, session, purpose: 'login', to: null, country: null, subject: null },
      ...NOBODY,
    })
  const codeOf = async (id: string) => {
    const record = await store.verifications.find('default', id)
    return keyring.open(record?.codeSealed as Uint8Array, codeContext(id))
  }
  return { start, check, codeOf }
}

it(`a flow takes at most ${MAX_ROUND_TRIPS} round trips and ${MAX_COMMITS} commits`, async () => {
  const { start, check, codeOf } = createDomain()
  let id = ''
  const started = await count(async () => {
    id = await start('one@example.com')
  })
  const code = await codeOf(id)
  const checked = await count(async () => {
    expect((await check(id, code)).kind).toBe('approved')
  })
  expect(started).toEqual({ roundTrips: 2, commits: 1 })
  expect(checked).toEqual({ roundTrips: 2, commits: 1 })
  expect(started.roundTrips + checked.roundTrips).toBeLessThanOrEqual(MAX_ROUND_TRIPS)
  expect(started.commits + checked.commits).toBeLessThanOrEqual(MAX_COMMITS)
})

it('a traced flow takes no more: its context is kept by the statement of the start', async () => {
  const trace = { traceparent: `00-${'4b'.repeat(16)}-${'f0'.repeat(8)}-01`, tracestate: null }
  const { start, check, codeOf } = createDomain({
    ...store.verifications,
    create: (input) => store.verifications.create({ ...input, trace }),
    change: (input) => store.verifications.change({ ...input, trace }),
  })
  let id = ''
  const started = await count(async () => {
    id = await start('traced@example.com')
  })
  expect(started).toEqual({ roundTrips: 2, commits: 1 })
  expect(await store.traces.of(id)).toMatchObject([{ ...trace, send: 1 }])
  const code = await codeOf(id)
  expect(await count(() => check(id, code))).toEqual({ roundTrips: 2, commits: 1 })
})

it('one that asks for a signed approval takes no more: the check reads the nonce with its row', async () => {
  const { start, check, codeOf } = createDomain()
  const front = { nonce: 'n-0S6_WzA2Mj7qLf', showsParty: false, returnUrl: null, link: false }
  let id = ''
  const started = await count(async () => {
    id = await start('signed@example.com', null, { ...front, linkBinding: null })
  })
  expect(started).toEqual({ roundTrips: 2, commits: 1 })
  const code = await codeOf(id)
  const checked = await count(async () => {
    expect(await check(id, code)).toMatchObject({ approval: { nonce: front.nonce } })
  })
  expect(checked).toEqual({ roundTrips: 2, commits: 1 })
})

it('its message takes one of each more where its start claims it, and three where a worker does', async () => {
  const { start } = createDomain()
  const now = () => Math.floor(store.wallMs?.() ?? 0)
  const taken: ClaimedDelivery<string>[] = []
  const place = { leaseMs: LEASE_MS, minRemainingMs: 20_000, plan: sendAll, giveBack: () => {} }
  const settle = (claimed: ClaimedDelivery<string>) =>
    store.outbox.settle(settlement(claimed, now(), SENT))
  // What the tests before left.
  await store.outbox.claim({ ...place, now: now(), lanes: lanesOf('email', 100) })

  store.outbox.serve<string>(() => ({ ...place, take: (claimed) => void taken.push(claimed) }))
  expect(await count(() => start('three@example.com'))).toEqual({ roundTrips: 2, commits: 1 })
  const [claimed] = taken
  if (!claimed) throw new Error('not claimed')
  expect(await count(() => settle(claimed))).toEqual({ roundTrips: 1, commits: 1 })

  store.outbox.serve(() => null)
  expect(await count(() => start('four@example.com'))).toEqual({ roundTrips: 2, commits: 1 })
  const later = await count(async () => {
    const [one] = await store.outbox.claim({ ...place, now: now(), lanes: lanesOf('email', 1) })
    if (one) await settle(one)
  })
  expect(later).toEqual({ roundTrips: 3, commits: 3 })
})

it('a refused request writes nothing, and a session takes one more query', async () => {
  const { start, check } = createDomain()
  const session = 'a-session-of-one-browser'
  let id = ''
  const first = await count(async () => {
    id = await start('two@example.com', session)
  })
  expect(first).toEqual({ roundTrips: 3, commits: 1 })
  const other = await count(() => check(id, '000000', 'a-session-of-another-one'))
  expect(other).toEqual({ roundTrips: 1, commits: 0 })
  const unknown = await count(() =>
    check(
      id.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
      '000000',
    ),
  )
  expect(unknown).toEqual({ roundTrips: 1, commits: 0 })
})
