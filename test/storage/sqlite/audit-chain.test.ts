import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { afterEach, describe } from 'vitest'
import { describeAuditChain } from '../../contract/audit-chain.ts'
import { describeWebhookHeads } from '../../contract/webhook-heads.ts'
import { makeDirectory, openStore } from './fixture.ts'

const hasShell = spawnSync('sqlite3', ['--version']).status === 0

describe('on SQLite', () => {
  const endings: (() => unknown)[] = []
  afterEach(async () => {
    for (const end of endings.splice(0).reverse()) await end()
  })
  describeWebhookHeads(async () => {
    const directory = makeDirectory()
    endings.push(() => directory.remove())
    const store = await openStore(join(directory.path, 'store.db'))
    endings.push(() => store.close())
    return store
  })
  describeAuditChain(async () => {
    const directory = makeDirectory()
    endings.push(() => directory.remove())
    const path = join(directory.path, 'store.db')
    const store = await openStore(path)
    endings.push(() => store.close())
    return {
      store,
      async shell(sql) {
        if (!hasShell) return void store.client.exec(sql)
        const ended = spawnSync('sqlite3', ['-cmd', '.timeout 5000', path], {
          input: `${sql};`,
          encoding: 'utf8',
        })
        if (ended.stderr !== '') throw new Error(ended.stderr)
      },
      restore: (table) => `insert into events select * from ${table}`,
      insertion: (sequence) =>
        `insert into events (seq, at, type, service, details, salt)
          select ${sequence}, at, type, service, details, salt from events where seq <> ${sequence} order by abs(seq - ${sequence}) limit 1`,
      unreadable: [`details = '{'`, `details = 'null'`, 'type = 9999'],
    }
  })
})
