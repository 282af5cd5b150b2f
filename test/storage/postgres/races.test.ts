// Four nodes do everything at once to a few verifications; afterwards rows and log must tell one story (I1-I7).

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPostgresStore } from '../../../src/storage/postgres/store.ts'
import type { Store } from '../../../src/storage/store.ts'
import { lanesOf } from '../../contract/outbox-steps.ts'
import { HOUR } from '../../contract/rows.ts'
import { type OpenStore, openStore } from './fixture.ts'
import { createRace, GUESS_LIMIT, type Race } from './race-actors.ts'

/** Longer by hand: RACE_SECONDS=60. */
const SECONDS = Number(process.env.RACE_SECONDS ?? 5)
const NODES = 4
const CONNECTIONS = 4
const ACTORS_OF_A_NODE = 4
/** Of a verification here. */
const MAX_ATTEMPTS = 5
const MAX_ROUNDS = 6
const TYPES = [
  ...['check.incorrect', 'delivery.attempted', 'delivery.canceled', 'delivery.failed'],
  ...['delivery.reclaimed', 'delivery.retrying', 'delivery.sent', 'verification.approved'],
  ...['verification.canceled', 'verification.continued', 'verification.expired'],
  ...['verification.max_attempts_reached', 'verification.resent', 'verification.started'],
].sort()

let store: OpenStore
let race: Race
let deadlocks: number
beforeAll(async () => {
  store = await openStore()
  const { url } = store.database
  const nodes: Store[] = await Promise.all(
    Array.from({ length: NODES }, () =>
      createPostgresStore({ url, clock: 'caller', size: CONNECTIONS }),
    ),
  )
  race = createRace(nodes, Math.random)
  // On a busy machine once more, until everything has happened.
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const until = performance.now() + SECONDS * 1000
    await Promise.all(
      nodes.flatMap((_, node) =>
        Array.from({ length: ACTORS_OF_A_NODE }, () => race.run(node, until)),
      ),
    )
    if ((await typesLogged()).length >= TYPES.length) break
  }
  await settleAll()
  deadlocks = await read<{ n: number }>(
    'select deadlocks::int as n from pg_stat_database where datname = current_database()',
  ).then(([row]) => row?.n ?? -1)
  await Promise.all(nodes.map((node) => node.close()))
}, 120_000)
afterAll(() => store?.close())

const read = <Row>(text: string) => store.database.query<Row>(text)
const none = async (text: string) => expect(await read(text)).toEqual([])

const typesLogged = async () =>
  (await read<{ type: string }>('select distinct type from events order by type')).map(
    ({ type }) => type,
  )

/** Long after: what is still open ends. */
async function settleAll() {
  const far = race.now() + HOUR
  while ((await store.verifications.sweep({ now: far, graceMs: 0, limit: 500 })) > 0);
  await store.outbox.claim({
    ...{ now: far, lanes: lanesOf('sms', 10_000), leaseMs: 30_000, minRemainingMs: 20_000 },
    plan: () => ({ kind: 'send', provider: 'acme', prepared: null }),
  })
}

const countBy = (names: readonly string[]) =>
  [...Map.groupBy(names, (name) => name)].map(([name, all]) => [name, all.length] as const)

describe(`${NODES} nodes at once`, () => {
  it('did something of everything, and met no error and no deadlock', async () => {
    expect(race.told.errors).toEqual([])
    expect(deadlocks).toBe(0)
    expect(await typesLogged()).toEqual(TYPES)
  })

  it('I1: each verification has one end, and every answered approval is in the store', async () => {
    await none(`select v.id, v.status, array_agg(e.type) from verifications v
      left join events e on e.verification_seq = v.seq and e.type in ('verification.approved',
        'verification.canceled', 'verification.expired', 'verification.max_attempts_reached')
      group by v.seq having count(e.type) <> 1 or min(e.type) <> 'verification.' || v.status`)
    const approved = await read<{ id: string }>(
      "select id from verifications where status = 'approved'",
    )
    expect(race.told.approved.map(({ id }) => id).sort()).toEqual(
      approved.map(({ id }) => id).sort(),
    )
  })

  it('I2: no more was compared than was charged, nor charged than allowed', async () => {
    const rows = await read<{ id: string; attempts: number; failed: number; max_attempts: number }>(
      'select id, attempts, failed, max_attempts from verifications where attempts > 0',
    )
    const wrong = new Map(countBy(race.told.wrong.map(({ id }) => id)))
    const charged = new Map(countBy(race.told.charged))
    for (const { id, attempts, failed, max_attempts: max } of rows) {
      expect(attempts).toBeLessThanOrEqual(max)
      expect([id, attempts]).toEqual([id, charged.get(id)])
      expect([id, failed]).toEqual([id, wrong.get(id) ?? 0])
    }
    expect(rows).toHaveLength(charged.size)
  })

  it('I4: the guesses of a recipient stay within the budget', () => {
    const budgetOf = new Map(race.told.created.map(({ id, budget }) => [id, budget]))
    const guesses = countBy(race.told.charged.map((id) => budgetOf.get(id) ?? id))
    for (const [budget, n] of guesses) expect([budget, n <= GUESS_LIMIT]).toEqual([budget, true])
    const together = countBy(race.told.together).map(([, n]) => n)
    expect(together.length).toBeGreaterThan(0)
    expect(Math.max(...together) * MAX_ATTEMPTS).toBeLessThanOrEqual(GUESS_LIMIT)
  })

  it('I5: every start and resend has its delivery, and each came to an end', async () => {
    await none(`select v.id from verifications v left join deliveries d on d.verification_seq = v.seq
      group by v.seq having count(*) <> v.sends or max(d.send) <> v.sends`)
    await none('select * from deliveries where due_at is not null or token is not null')
    await none("select * from deliveries where status not in ('sent', 'failed', 'canceled')")
  })

  it('I6: nothing was attempted once the verification had ended', async () => {
    await none(`select a.verification_seq from events a join events e using (verification_seq)
      where a.type = 'delivery.attempted' and a.seq > e.seq and e.type in ('verification.approved',
        'verification.canceled', 'verification.expired', 'verification.max_attempts_reached')`)
  })

  it('C23: a try was given to one worker, unless that one gave it back', () => {
    const kept = race.told.claims.filter(({ isReleased }) => !isReleased)
    const tries = kept.map(({ claim }) => claim.tryId)
    expect(countBy(tries).filter(([, n]) => n > 1)).toEqual([])
    expect(kept.some(({ claim }) => claim.reclaimed)).toBe(true)
  })

  it('I7: an end leaves no code behind', async () => {
    await none('select verification_seq from codes')
  })

  it('C38: a key had one effect', () => {
    for (const outcomes of [race.told.created, [...race.told.approved, ...race.told.wrong]]) {
      const keys = outcomes.flatMap(({ key }) => key ?? [])
      expect(new Set(keys).size).toBe(keys.length)
    }
  })

  it('C47: a session had one verification', () => {
    expect(race.told.sessions.length).toBeGreaterThan(0)
    expect(new Set(race.told.sessions).size).toBe(race.told.sessions.length)
  })
})
