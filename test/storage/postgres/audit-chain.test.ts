import { spawnSync } from 'node:child_process'
import { afterEach, describe, expect, it } from 'vitest'
import { describeAuditChain } from '../../contract/audit-chain.ts'
import { T0 } from '../../contract/rows.ts'
import { describeWebhookHeads } from '../../contract/webhook-heads.ts'
import { openStore } from './fixture.ts'

const hasShell = spawnSync('psql', ['--version']).status === 0

describe('on PostgreSQL', () => {
  const endings: (() => unknown)[] = []
  afterEach(async () => {
    for (const end of endings.splice(0).reverse()) await end()
  })
  describeWebhookHeads(async () => {
    const store = await openStore()
    endings.push(() => store.close())
    return store
  })
  describeAuditChain(async () => {
    const store = await openStore()
    endings.push(() => store.close())
    return {
      store,
      async shell(sql) {
        if (!hasShell) return store.database.query(sql)
        const words = ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', store.database.url, '-c', sql]
        const ended = spawnSync('psql', words, { encoding: 'utf8' })
        if (ended.status !== 0) throw new Error(ended.stderr)
        return undefined
      },
      restore: (table) => `insert into events overriding system value select * from ${table}`,
      insertion: (sequence) =>
        `insert into events (seq, at, type, service, details) overriding system value
          select ${sequence}, at, type, service, details from events where seq <> ${sequence} order by abs(seq - ${sequence}) limit 1`,
      unreadable: [`details = 'null'`, `details = '[]'`, `details = '5'`],
    }
  })
})

it('I20: one node has the place of a reader until its lease ends or it gives it back; the place goes on where it was', async () => {
  const { audit, close } = await openStore()
  const claim = (holder: string, now: number) =>
    audit.claim({ name: 'stream', holder, now, leaseMs: 30_000 })
  const move = (holder: string, sequence: number) =>
    audit.move({ name: 'stream', holder, sequence })
  expect(await claim('one', T0)).toBe(0)
  expect(await move('one', 7)).toBe(true)
  expect(await claim('two', T0 + 29_999)).toBeUndefined()
  // Kept for another lease, so the first end does not count.
  expect(await claim('one', T0 + 20_000)).toBe(7)
  expect(await claim('two', T0 + 30_000)).toBeUndefined()
  expect(await claim('two', T0 + 50_000)).toBe(7)
  expect([await move('one', 9), await move('two', 8)]).toEqual([false, true])
  await audit.release({ name: 'stream', holder: 'one' })
  expect(await claim('one', T0 + 50_001)).toBeUndefined()
  await audit.release({ name: 'stream', holder: 'two' })
  expect(await claim('one', T0 + 50_001)).toBe(8)
  await close()
})
