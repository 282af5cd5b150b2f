// C84: a rule in force, in a service that runs: the block is refused with a reference, known numbers pass, and the entry ends as
// any other. A rule that records stops nobody.

import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type Real, startReal } from '../http/real.ts'
import { PATIENCE_MS } from '../long.ts'

vi.setConfig({ testTimeout: 90_000 })

let real: Real
beforeAll(async () => {
  real = await startReal({
    ALLOWED_COUNTRIES: 'US',
    SHIELD_PREFIX: 'refuse',
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
  // Spread, so that no other rule trips; and as many more as the approval has made room for.
  for (let n = 0; n < 14; n += 1)
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
