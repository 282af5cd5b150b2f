// An export that is cut off by the end of its service, kill -9 in its midst: what came is whole lines, and the rest comes from the
// next process, by the cursor of the last one.

import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, it } from 'vitest'
import { ADMIN_KEY, startService, temporaryDirectory } from './service-process.ts'

const EVENTS = 8_000
/** As SQLite keeps the type (src/storage/sqlite/event-rows.ts). */
const REFUSED_CODE = 15
const FILTER = { type: 'request.refused' }

const order = (url: string, body: object) =>
  fetch(`${url}/admin/api/events/export`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

type Line = { sequence: number; cursor: string; end?: { complete: boolean } }
/** Whole lines alone: the last one may be torn. */
const linesOf = (text: string) =>
  text
    .slice(0, text.lastIndexOf('\n') + 1)
    .trimEnd()
    .split('\n')
    .map((line): Line => JSON.parse(line))

it('C32: continues in the next process behind the last whole line, and no row is missing or comes twice', async () => {
  const directory = temporaryDirectory()
  const first = await startService(directory.path, {})
  const file = new Database(join(directory.path, 'countersign.db'), { timeout: 10_000 })
  file.exec(`insert into events (at, type, service, details)
    with recursive n(i) as (select 1 union all select i + 1 from n where i < ${EVENTS})
    select 1800000000000 + i, ${REFUSED_CODE}, 'default', '{"error":"rate_limited"}' from n`)
  file.close()

  const cut = await order(first.url, FILTER)
  let text = ''
  const decoder = new TextDecoder()
  const reading = (async () => {
    for await (const chunk of cut.body ?? []) {
      text += decoder.decode(chunk, { stream: true })
      if (text.length > 200_000) first.kill('SIGKILL')
    }
  })()
  await expect(reading).rejects.toThrow()
  await first.exited
  const before = linesOf(text)
  expect(before.length).toBeLessThan(EVENTS)
  expect(before.some(({ end }) => end)).toBe(false)

  const second = await startService(directory.path, {})
  const rest = linesOf(
    await (await order(second.url, { ...FILTER, after: before.at(-1)?.cursor })).text(),
  )
  expect(rest.at(-1)?.end).toMatchObject({ complete: true })
  const all = [...before, ...rest.slice(0, -1)].map(({ sequence }) => sequence)
  expect([all.length, new Set(all).size]).toEqual([EVENTS, EVENTS])
  await second.stop()
  directory.remove()
})
