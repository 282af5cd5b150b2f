// C51: a flood of refused starts on a real process: memory and files grow by a bounded amount, the
// event log counts every one of them.

import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Pool } from 'undici'
import { expect, it } from 'vitest'
import { LONG } from '../long.ts'
import {
  ADMIN_KEY,
  API_KEY,
  type ServiceProcess,
  startService,
  temporaryDirectory,
} from './service-process.ts'

/** Enough to pass every bound of the refusal log; the long form has the case's number. */
const FLOOD = LONG ? 10_000 : 5_000
const PARALLEL = 40
/** Of these the process needs a part for its sockets and for garbage that is not collected yet. */
const MOST_MEMORY_MIB = 64
/** 200 first rows a minute and 1,000 subjects: under 300 bytes each. */
const MOST_FILE_MIB = 4

/** In each minute that the flood lasts, and in the one that it ends in: 200 first rows, and those of counted subjects. */
const MOST_ROWS_A_MINUTE = 500

const mib = (bytes: number) => bytes / 2 ** 20

function residentMib(service: ServiceProcess): number {
  const status = readFileSync(`/proc/${service.child.pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024
}

/** What the files hold, whatever the log of a checkpoint left them. */
function filesMib(directory: string): number {
  const names = ['countersign.db', 'countersign.db-wal', 'limits.db', 'limits.db-wal']
  const sizes = names.map(
    (name) => statSync(join(directory, name), { throwIfNoEntry: false })?.size,
  )
  return mib(sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0))
}

/**
 * Refused for four reasons: one number's budget and one address', a country, and a block of numbers, each
 * of which is a subject of its own in the log.
 */
function bodyOf(i: number): [expected: string, body: object] {
  const last = String(10_000 + (i % 10_000)).slice(1)
  const client_ip = `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`
  const kinds: [string, object][] = [
    ['rate_limited', { to: '+14155552671', client_ip }],
    ['rate_limited', { to: `+1212555${last}`, client_ip: '203.0.113.1' }],
    ['rate_limited', { to: `+1206555${last}`, client_ip }],
    ['country_not_allowed', { to: `+4930123${last}`, client_ip }],
  ]
  return kinds[i % kinds.length] ?? bodyOf(0)
}

/** What the event log says after a restart, by error. */
async function loggedRefusals(
  directory: string,
  mostRows: number,
): Promise<Record<string, number>> {
  const service = await startService(directory)
  const counts: Record<string, number> = {}
  const path = '/admin/api/events?type=request.refused&limit=100'
  const admin = { authorization: `Bearer ${ADMIN_KEY}` }
  let rows = 0
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { body } = await service.get(cursor === '' ? path : `${path}&cursor=${cursor}`, admin)
    rows += body.events.length
    for (const { details } of body.events)
      counts[details.error] = (counts[details.error] ?? 0) + details.count
    cursor = body.next_cursor
  }
  await service.stop()
  expect(rows).toBeLessThan(mostRows)
  return counts
}

it.runIf(process.platform === 'linux')(
  `C51: ${FLOOD} refused starts`,
  {
    timeout: FLOOD * 5 + 30_000,
  },
  async () => {
    const directory = temporaryDirectory()
    const began = performance.now()
    const service = await startService(directory.path, {
      ALLOWED_COUNTRIES: 'US',
      CLIENT_IP: 'required',
      LOG_LEVEL: 'warn',
      LIMIT_SENDS_PER_NUMBER_BURST: '1/600',
      LIMIT_SENDS_PER_IP_BURST: '1/600',
      LIMIT_SENDS_PER_PREFIX_HOUR: '1/3600',
    })
    const pool = new Pool(service.url, { connections: PARALLEL })
    const headers = { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' }
    const start = async (body: object): Promise<string> => {
      const request = { path: '/verify/start', method: 'POST', headers, body: JSON.stringify(body) }
      const answer = await pool.request(request as Parameters<typeof pool.request>[0])
      const { error } = (await answer.body.json()) as { error?: string }
      return error ?? String(answer.statusCode)
    }
    const expected: Record<string, number> = {}
    let next = 0
    const flood = async (until: number) => {
      const one = async () => {
        while (next < until) {
          const [error, body] = bodyOf(next++)
          expected[error] = (expected[error] ?? 0) + 1
          expect(await start(body)).toBe(error)
        }
      }
      await Promise.all(Array.from({ length: PARALLEL }, one))
    }
    try {
      for (const [to, client_ip] of [
        ['+14155552671', '203.0.113.3'],
        ['+13105552671', '203.0.113.1'],
        ['+12065559999', '203.0.113.4'],
      ])
        expect(await start({ to, client_ip })).toBe('201')
      // Warm first: code that is compiled and a heap that has grown are not the flood's.
      await flood(FLOOD / 5)
      const before = residentMib(service)
      const files = filesMib(directory.path)
      await flood(FLOOD)
      expect(residentMib(service) - before).toBeLessThan(MOST_MEMORY_MIB)
      expect(filesMib(directory.path) - files).toBeLessThan(MOST_FILE_MIB)
      expect(service.output().length).toBeLessThan(10_000)
      expect((await fetch(`${service.url}/readyz`)).status).toBe(200)
      expect(await service.stop()).toBe(0)

      const minutes = 2 + Math.floor((performance.now() - began) / 60_000)
      expect(await loggedRefusals(directory.path, MOST_ROWS_A_MINUTE * minutes)).toEqual(expected)
    } finally {
      await pool.close()
      service.kill('SIGKILL')
      directory.remove()
    }
  },
)
