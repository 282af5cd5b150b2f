// C84: rules in force, in a service that runs: a block is refused with a reference or asked for a challenge, known numbers pass,
// and the entry ends as any other.

import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type Real, startReal } from '../http/real.ts'
import { PATIENCE_MS } from '../long.ts'
import { solved } from './solve.ts'

vi.setConfig({ testTimeout: 90_000 })

let real: Real
beforeAll(async () => {
  real = await startReal({
    ALLOWED_COUNTRIES: 'US',
    SHIELD_PREFIX: 'refuse',
    SHIELD_SEQUENTIAL: 'challenge',
    CLIENT_IP: 'off',
  })
})
afterAll(() => real.close())

const start = (to: string) => real.client.post('/verify/start', { to })
const entries = async () => (await real.admin.get('/admin/api/list-entries')).body.entries
const KNOWN = '+14155552671'

it('refuses the block, names the entry, lets known numbers through, and is ended early', async () => {
  const known = await real.start({ to: KNOWN })
  const { code } = await real.message(known.body.id)
  expect((await real.client.post('/verify/check', { id: known.body.id, code })).status).toBe(200)
  // Spread, so that no other rule trips; and as many more as the approval has made room for: the last one is one too many.
  for (let n = 0; n < 13; n += 1)
    expect((await start(`+1415555${2001 + n * 397}`)).status).toBe(201)
  await vi.waitFor(async () => expect(await entries()).toHaveLength(1), { timeout: PATIENCE_MS })
  const [entry] = await entries()
  expect(entry).toMatchObject({ effect: 'refuse', by: 'prefix', value: '1415555', rule: 'prefix' })
  expect(Date.parse(entry.ends_at) - Date.parse(entry.made_at)).toBeLessThanOrEqual(15 * 60_000)
  const refused = await start('+14155559999')
  expect(refused.status).toBe(403)
  expect(refused.body).toMatchObject({ error: 'recipient_blocked', reference: entry.id })
  expect((await start(KNOWN)).status).toBe(201)
  expect((await start('+14155652671')).status).toBe(201)
  const ended = await real.admin.post(`/admin/api/list-entries/${entry.id}/end`, { reason: 'mine' })
  expect(ended.status).toBe(200)
  expect((await start('+14155559998')).status).toBe(201)
  const { text } = await real.admin.get('/metrics', { accept: 'text/plain' })
  expect(text).toContain(
    'countersign_shield_stops_total{service="default",rule="prefix",effect="refuse"} 1',
  )
})

it('C85: asks numbers one after the other for a challenge, and starts with the solution', async () => {
  for (let n = 0; n < 6; n += 1) expect((await start(`+1212555010${n}`)).status).toBe(201)
  const own = async () =>
    (await entries()).filter(({ rule }: { rule: string }) => rule === 'sequential')
  await vi.waitFor(async () => expect(await own()).toHaveLength(1), { timeout: PATIENCE_MS })
  const [entry] = await own()
  expect(entry).toMatchObject({ effect: 'challenge', by: 'prefix', value: '1212555' })
  const to = '+12125550106'
  const questioned = await start(to)
  expect(questioned.status).toBe(403)
  expect(questioned.body).toMatchObject({ error: 'challenge_required', reference: entry.id })
  const challenge = await solved(questioned.body.challenge)
  expect((await real.client.post('/verify/start', { to, challenge })).status).toBe(201)
})
