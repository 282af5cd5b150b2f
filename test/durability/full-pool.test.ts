// C75: hashes that fill libuv's pool of threads hold up no commit.

import { expect, it } from 'vitest'
import {
  ADMIN_KEY,
  startService,
  temporaryDirectory,
  UNLIMITED,
  waitFor,
  wrong,
} from '../e2e/service-process.ts'
import { startMailbox } from './traffic.ts'

/** A hash takes a fifth of a second, and the pool has no other threads. */
const SLOW_HASHES = {
  UV_THREADPOOL_SIZE: '2',
  HASH_CONCURRENCY: '2',
  MINT_SIZE: '0',
  ARGON2_MEMORY_KIB: '65536',
  ARGON2_PASSES: '8',
}

it('C75: a commit is synced and answered while hashes have every thread of the pool', async () => {
  const directory = temporaryDirectory()
  const mailbox = await startMailbox()
  const service = await startService(directory.path, {
    ...UNLIMITED,
    ...SLOW_HASHES,
    ...mailbox.env,
  })
  try {
    const start = async (to: string) =>
      (await service.post('/verify/start', { to })).body.id as string
    const [one, two] = await Promise.all([start('+14155552671'), start('+14155552672')])
    const three = await start('+14155552673')
    const codes = [wrong(await mailbox.codeOf(one)), wrong(await mailbox.codeOf(two))]
    const order: string[] = []
    const checks = [one, two].map((id, n) =>
      service.post('/verify/check', { id, code: codes[n] }).then(() => order.push('checked')),
    )
    await waitFor('both threads to hash', async () => {
      const headers = { authorization: `Bearer ${ADMIN_KEY}` }
      const { body } = await service.get('/admin/api/health', headers)
      return body.hashing.running === 2 || undefined
    })
    expect((await service.post(`/verify/${three}/cancel`, {})).status).toBe(200)
    order.push('canceled')
    await Promise.all(checks)
    expect(order).toEqual(['canceled', 'checked', 'checked'])
  } finally {
    await service.stop()
    await mailbox.close()
    directory.remove()
  }
})
