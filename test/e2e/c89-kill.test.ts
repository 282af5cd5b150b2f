// C89: SIGKILL while links are checked: what was answered stays, and a link that was not approved still works, once.

import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { LONG } from '../long.ts'
import {
  ADMIN_KEY,
  type ServiceProcess,
  startService,
  temporaryDirectory,
  UNLIMITED,
  waitFor,
} from './service-process.ts'
import { readRows } from './stored.ts'

const KILLS = LONG ? 4 : 1
const LINKS = 8
/** From the first request: the commits of all of them lie in it. */
const KILL_WITHIN_MS = 30
const ENV = { ...UNLIMITED, LINK_URL: 'https://app.example.com/in' }

type Started = { id: string; link: string; link_binding: string; session: string }

async function start(service: ServiceProcess): Promise<Started> {
  const given = {
    link_binding: randomBytes(16).toString('hex'),
    session: randomBytes(16).toString('hex'),
  }
  const to = `${randomBytes(6).toString('hex')}@example.com`
  const { body } = await service.post('/verify/start', { to, link: true, ...given })
  const link = await waitFor('its mail', async () => {
    const inbox = await service.get('/dev/inbox', { accept: 'application/json' })
    return inbox.body.find((one: { verification_id: string }) => one.verification_id === body.id)
      ?.link
  })
  return { ...given, id: body.id, link: new URL(link).searchParams.get('link') ?? '' }
}

const check = (service: ServiceProcess, { id: _, ...given }: Started) =>
  service.post('/verify/check', given).then(
    ({ status }) => status,
    () => undefined,
  )

it('C89: links that are checked while the process is killed are approved once, or not at all', {
  timeout: 60_000 + KILLS * 10_000,
}, async () => {
  const directory = temporaryDirectory()
  let service = await startService(directory.path, ENV)
  try {
    for (let round = 0; round < KILLS; round += 1) {
      const started = await Promise.all(Array.from({ length: LINKS }, () => start(service)))
      const asked = started.map((one) => check(service, one))
      await sleep(Math.random() * KILL_WITHIN_MS)
      service.kill('SIGKILL')
      await service.exited
      const first = await Promise.all(asked)
      service = await startService(directory.path, ENV)
      for (const [n, one] of started.entries()) {
        const again = await check(service, one)
        // An answer that was lost may have been an approval.
        if (first[n] === 200) expect(again).toBe(409)
        else expect([200, 409]).toContain(again)
        const headers = { authorization: `Bearer ${ADMIN_KEY}` }
        const { body } = await service.get(`/admin/api/events?verification=${one.id}`, headers)
        const types = body.events.map(({ type }: { type: string }) => type)
        expect(types.filter((type: string) => type === 'verification.approved')).toHaveLength(1)
      }
    }
    const attempts = readRows(directory.path, 'SELECT DISTINCT attempts, status FROM verifications')
    expect(attempts).toEqual([{ attempts: 1, status: 'approved' }])
  } finally {
    await service.stop()
    directory.remove()
  }
})
