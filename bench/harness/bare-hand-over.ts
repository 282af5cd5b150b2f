// One durable commit, then one HTTP request: what a hand-over can't do without. `bare-hand-over.ts <json>`.
// It must use what the service uses: better-sqlite3 with its pragmas, undici with kept connections.

import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { Agent } from 'undici'
import { monotonicMs } from './monotonic.ts'

export type BareHandOverArgs = { path: string; url: string; count: number; pauseMs: number }
/** When each commit began, by its id. */
export type BareHandOverResult = { beganAt: Record<string, number> }

const ROW_BYTES = 300

async function measure(args: BareHandOverArgs): Promise<BareHandOverResult> {
  const db = new Database(args.path)
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.exec('CREATE TABLE IF NOT EXISTS bare (seq INTEGER PRIMARY KEY, data BLOB)')
  const insert = db.prepare('INSERT INTO bare (data) VALUES (?)')
  const [begin, commit] = [db.prepare('BEGIN IMMEDIATE'), db.prepare('COMMIT')]
  const agent = new Agent({ connections: 1, pipelining: 1, keepAliveTimeout: 60_000 })
  const beganAt: Record<string, number> = {}
  for (let i = 0; i < args.count; i += 1) {
    const id = `bare-${i}`
    beganAt[id] = monotonicMs()
    begin.run()
    insert.run(Buffer.alloc(ROW_BYTES))
    commit.run()
    const answer = await agent.request({
      origin: args.url,
      path: '/send',
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ id, code: '123456' }),
    })
    await answer.body.dump()
    await sleep(args.pauseMs)
  }
  db.close()
  await agent.close()
  return { beganAt }
}

console.log(`result ${JSON.stringify(await measure(JSON.parse(process.argv[2] ?? '')))}`)
