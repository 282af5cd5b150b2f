// C33: wrong keys at the sign-in, counted on every node together, at the price of a few writes for a flood.

import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { createWrongKeys } from '../../src/console/wrong-keys.ts'
import { StoreUnavailableError } from '../../src/kernel/errors.ts'
import { openSqliteLimiter, type SqliteLimiter } from '../../src/limits/sqlite-limiter.ts'
import type { Limiter } from '../../src/verification/limit-ports.ts'
import { makeDirectory } from '../storage/sqlite/fixture.ts'

let limiter: SqliteLimiter
let asked: number
let warned: number
let now: number
beforeEach(async () => {
  const directory = makeDirectory()
  limiter = await openSqliteLimiter({ path: join(directory.path, 'limits.db') })
  asked = 0
  warned = 0
  now = Date.now()
  return async () => {
    await limiter.close()
    directory.remove()
  }
})

type Admits = Pick<Limiter, 'admit'>
const counting = (through: Admits): Admits => ({
  admit: (keys) => {
    asked += 1
    return through.admit(keys)
  },
})
const nodeWith = (through: Admits = limiter) =>
  createWrongKeys({
    limiter: counting(through),
    nameCounter: (parts) => parts.join(' '),
    clock: { now: () => now },
    logger: {
      warn() {
        warned += 1
      },
    },
  })

describe('C33: wrong keys', () => {
  it('of one address are counted on all nodes, and a flood of them costs no more writes', async () => {
    const nodes = [nodeWith(), nodeWith()]
    const answers = []
    for (let i = 0; i < 1000; i += 1) answers.push(await nodes[i % 2]?.count('203.0.113.7'))
    expect(answers.filter((full) => full === undefined)).toHaveLength(20)
    expect(answers.at(-1)).toMatchObject({ limit: 'sign_in_per_ip' })
    // Twenty that were counted, and one for each node to learn that it is full.
    expect(asked).toBe(22)
    expect(await nodes[0]?.count('203.0.113.8')).toBeUndefined()
  })

  it('of a thousand addresses are too many in all: reported once by each node, and for its window only', async () => {
    const node = nodeWith()
    const answers = []
    for (let i = 0; i < 1000; i += 1) answers.push(await node.count(`203.0.${i >> 8}.${i % 256}`))
    expect(answers.filter((full) => full === undefined)).toHaveLength(200)
    expect(await node.count(null)).toMatchObject({ limit: 'sign_in_all' })
    expect([asked, warned]).toEqual([201, 1])
    const crowd = nodeWith()
    await Promise.all(Array.from({ length: 50 }, (_, i) => crowd.count(`198.51.100.${i}`)))
    expect(warned).toBe(2)
    asked = 201
    now += 601_000
    await node.count('203.0.113.7')
    expect(asked).toBe(202)
  })

  it('are remembered for a bounded number of addresses', async () => {
    const full = { max: 20, windowSeconds: 600 }
    const refusing: Admits = {
      admit: async ([first]) => ({
        ...{ kind: 'refused', name: first?.name as never, limit: full, retryAfterSeconds: 600 },
      }),
    }
    const node = nodeWith(refusing)
    const ask = (i: number) => node.count(`10.${i >> 16}.${(i >> 8) % 256}.${i % 256}`)
    for (let i = 0; i < 1001; i += 1) await ask(i)
    expect(asked).toBe(1001)
    await ask(1000)
    expect(asked).toBe(1001)
    // The oldest one lost its place.
    await ask(0)
    expect(asked).toBe(1002)
  })

  it('that cannot be counted are an outage, and nobody gets in', async () => {
    const away: Admits = {
      admit: async () => {
        throw new StoreUnavailableError('away')
      },
    }
    await expect(nodeWith(away).count('203.0.113.7')).rejects.toThrow(StoreUnavailableError)
  })
})
