import { spawnSync } from 'node:child_process'
import { afterEach, describe } from 'vitest'
import { describeAuditChain } from '../../contract/audit-chain.ts'
import { openStore } from './fixture.ts'

const hasShell = spawnSync('psql', ['--version']).status === 0

describe('on PostgreSQL', () => {
  const endings: (() => unknown)[] = []
  afterEach(async () => {
    for (const end of endings.splice(0).reverse()) await end()
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
      insertion: (sequence) =>
        `insert into events (seq, at, type, service, details) overriding system value
          select ${sequence}, at, type, service, details from events where seq < ${sequence} order by seq desc limit 1`,
    }
  })
})
