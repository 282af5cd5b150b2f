// C49: a decoy beside a real verification on the composed service: what a stranger sees is the same.

import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createKeyring } from '../../src/kernel/keyring.ts'
import { codeContext } from '../../src/kernel/sealing.ts'
import { openDatabase } from '../../src/storage/sqlite/open.ts'
import type { Answer } from '../http/client.ts'
import { ROOT_SECRET } from '../http/real.ts'
import { LONG, PATIENCE_MS } from '../long.ts'
import { outcomeOf, type Steered, startSteered, wrong } from './steered-service.ts'

/** Long enough for a difference of one hash to show in the median. */
const ROUNDS = LONG ? 50 : 15
/** Alternating, on a machine that does other things as well: the same order, not the same time. */
const WIDEST_RATIO = 2
const MEASURED_AT_MOST = 4

let service: Steered
let closeFile: () => void
/** The minted code itself, as whoever has the file and the secret could read it. */
let mintedCode: (id: string) => string
beforeAll(async () => {
  // A hash of some weight: were it left out for decoys, the median would show it.
  service = await startSteered({ ARGON2_MEMORY_KIB: '19456', ARGON2_PASSES: '1' })
  const file = await openDatabase({
    path: join(service.directory, 'data', 'countersign.db'),
    migrationsFolder: 'drizzle/sqlite',
  })
  const sealedOf = file
    .prepare(
      'SELECT code_sealed FROM codes JOIN verifications ON seq = verification_seq WHERE id = ?',
    )
    .pluck()
  const keyring = createKeyring([ROOT_SECRET])
  mintedCode = (id) => keyring.open(sealedOf.get(id) as Uint8Array, codeContext(id))
  closeFile = () => file.close()
})
afterAll(async () => {
  closeFile()
  await service.close()
})

let users = 0
const begin = async (decoy: boolean, body: object = {}) => {
  const answer = await service.start({ to: `decoy${users++}@example.com`, decoy, ...body })
  expect(answer.status).toBe(201)
  return answer
}

const SECONDS =
  /(?<="(?:expires_in|resend_in|retry_after_seconds)":)\d+|(?<=may go out in )\d+(?= s)/g

/** Every number of seconds that is told: it goes by real time, and one walk may take longer than the other. */
const secondsOf = (answers: readonly Answer[]) =>
  answers.flatMap(({ body }) => JSON.stringify(body).match(SECONDS) ?? []).map(Number)

/** What differs between any two verifications is replaced by its form. */
function shapeOf({ status, headers, body }: Answer): unknown {
  const text = JSON.stringify(body)
    .replaceAll(SECONDS, '1')
    .replaceAll(/(vrf|dlv|req)_[0-9a-v]{32}/g, '$1')
    .replaceAll(/vt_[\w-]{50}/g, 'vt')
    .replaceAll(/"[2-9A-Z]{3}-[2-9A-Z]{3}"/g, '"reference"')
    .replaceAll(/decoy\d+@/g, 'decoy@')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'time')
  const names = [...headers.keys()].filter((name) => name !== 'content-length').sort()
  return { status, names, body: JSON.parse(text) }
}

const isSent = (id: string) =>
  expect.poll(async () => (await service.look(id)).body.delivery_status).toBe('sent')

it('C49: start, resend, GET, list, checks and cancel get the same answers, and nothing is sent', async () => {
  const walk = async (decoy: boolean) => {
    const answers: Answer[] = []
    const began = performance.now()
    const keep = (answer: Answer) => {
      answers.push(answer)
      return answer
    }
    const { id, to } = keep(await begin(decoy)).body
    await isSent(id)
    keep(await service.look(id))
    const code = mintedCode(id)
    keep(await service.check({ id, code: wrong(code) }, { 'idempotency-key': id }))
    keep(await service.check({ id, code: wrong(code) }, { 'idempotency-key': id }))
    keep(await service.check({ id, code: '1234' }))
    keep(await service.check({ id, code, purpose: 'x' }))
    keep(await service.resend(id))
    service.forward(30)
    keep(await service.resend(id))
    await expect
      .poll(async () => (await service.look(id)).body.deliveries[1].status, {
        timeout: Math.max(5000, PATIENCE_MS),
      })
      .toBe('sent')
    keep(await service.look(id))
    keep(await service.client.post('/verify/list', { to }))
    keep(await service.cancel(id))
    keep(await service.check({ id, code }))
    const later = (await begin(decoy)).body.id
    await isSent(later)
    for (let i = 0; i < 6; i += 1) keep(await service.check({ id: later, code: '000001' }))
    const expired = (await begin(decoy, { ttl_seconds: 60 })).body.id
    // Not at the very moment: one of the two walks would be in time.
    service.forward(62)
    keep(await service.check({ id: expired, code: '000001' }))
    const messages = await service.messages(id)
    const tookSeconds = (performance.now() - began) / 1_000
    return { id, shapes: answers.map(shapeOf), seconds: secondsOf(answers), messages, tookSeconds }
  }
  const real = await walk(false)
  const decoy = await walk(true)
  expect(decoy.shapes).toEqual(real.shapes)
  expect(decoy.seconds.length).toBe(real.seconds.length)
  const apart = 1 + Math.max(real.tookSeconds, decoy.tookSeconds)
  for (const [n, told] of decoy.seconds.entries())
    expect(Math.abs(told - (real.seconds[n] ?? Number.NaN))).toBeLessThanOrEqual(apart)
  expect(real.messages).toHaveLength(2)
  expect(decoy.messages).toEqual([])
})

it('C49: no code of a decoy is right, not even the one that was minted for it', async () => {
  const { id } = (await begin(true)).body
  const code = mintedCode(id)
  expect(code).toMatch(/^\d{6}$/)
  for (const left of [4, 3, 2, 1, 0]) {
    const answer = await service.check({ id, code })
    expect([...outcomeOf(answer), answer.body.attempts_remaining]).toEqual([
      422,
      'code_incorrect',
      left,
    ])
  }
  expect(outcomeOf(await service.check({ id, code }))).toEqual([409, 'max_attempts_reached'])
  // The same code of a real one is.
  const real = (await begin(false)).body.id
  expect((await service.check({ id: real, code: mintedCode(real) })).status).toBe(200)
})

const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1] ?? 0

it('C49: start, GET, wrong check and resend take similar times', {
  timeout: 400_000,
}, async () => {
  const took: Record<string, [number[], number[]]> = {}
  const time = async (name: string, decoy: boolean, run: () => Promise<Answer>) => {
    const began = performance.now()
    const answer = await run()
    took[name] ??= [[], []]
    took[name][decoy ? 1 : 0].push(performance.now() - began)
    return answer
  }
  const measure = async () => {
    for (let round = 0; round < ROUNDS * 2; round += 1) {
      const decoy = round % 2 === 1
      const { id } = (await time('start', decoy, () => begin(decoy))).body
      await time('look', decoy, () => service.look(id))
      const code = mintedCode(id)
      await time('check', decoy, () => service.check({ id, code: wrong(code) }))
      service.forward(30)
      await time('resend', decoy, () => service.resend(id))
      await time('cancel', decoy, () => service.cancel(id))
    }
  }
  const apart = () =>
    Object.entries(took).flatMap(([name, [real, decoy]]) => {
      const [one, other] = [median(real), median(decoy)]
      const isNear = Math.max(one, other) < WIDEST_RATIO * Math.min(one, other)
      return isNear ? [] : [`${name}: ${other} beside ${one} ms`]
    })
  // Other work on the machine shifts the medians of a few rounds; what a decoy does otherwise shifts those of all.
  for (let times = 0; times < MEASURED_AT_MOST && (times === 0 || apart().length > 0); times += 1)
    await measure()
  expect(apart()).toEqual([])
})
