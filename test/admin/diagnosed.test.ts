// C74: the page, the API and `countersign show` say the same about one verification, each to what its reader may do.

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { run } from '../commands/command-process.ts'
import { readable, signedIn, startWorld, type World } from '../console/world.ts'
import { createClient } from '../http/client.ts'
import { PATIENCE_MS } from '../long.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.close())

const RETRYING = 'delivery.retrying'
let people = 0
const someone = () => `+1415555${String(4000 + people++)}`

async function afterMessage(status: string, code: number | null): Promise<string> {
  world.refuseWith(code)
  const { body } = await world.start({ to: someone() })
  await world.delivered(body.id, status)
  world.refuseWith(null)
  return body.id
}

const canceled = async () => {
  const id = await afterMessage('sent', null)
  await world.cancel(id)
  return id
}

/** Each opens one, and says what its sentence is about. */
const ENDS: [string, () => Promise<string>, RegExp][] = [
  ['refused by the provider', () => afterMessage('failed', 21610), /opted out/],
  ['sent', () => afterMessage('sent', null), /accepted the message/],
  ['canceled', canceled, /no longer works/],
  ['by an app', () => world.startByApp('ann'), /no message belongs to it/],
]

describe('C74: the diagnosis of one verification', () => {
  it.each(ENDS)('%s: by page, API and command alike', async (_, open, words) => {
    const id = await open()
    const page = readable(await (await signedIn(world)).get(`/admin/verifications/${id}`))
    const { body } = await world.admin.get(`/admin/api/verifications/${id}`)
    const { meaning, action } = body.diagnosis
    expect(meaning).toMatch(words)
    const { stdout } = await run(world, ['show', id])
    const json = JSON.parse((await run(world, ['show', id, '--json'])).stdout)
    expect(json.diagnosis).toEqual(body.diagnosis)
    for (const sentence of [meaning, action ?? '']) {
      expect(page).toContain(sentence)
      expect(stdout).toContain(sentence)
    }
  })

  it('names to a read-only key what another key could do', async () => {
    const id = await afterMessage('failed', 21610)
    const reader = await createClient(world.url, await world.keyOf(null, ['admin:read']))
    const actionFor = async (client: typeof reader) =>
      (await client.get(`/admin/api/verifications/${id}`)).body.diagnosis.action
    expect(await actionFor(reader)).toContain('A key with the scope admin:support')
    expect(await actionFor(world.admin)).not.toContain('A key with the scope admin:support')
  })

  it('has the time of the next try while it lies ahead', async () => {
    world.refuseWith(20429)
    const { body } = await world.start({ to: someone() })
    const path = `/admin/api/verifications/${body.id}`
    await vi.waitFor(async () => {
      const found = (await world.admin.get(path)).body
      const retry = found.events.findLast((one: { type: string }) => one.type === RETRYING)
      const next = Date.parse(found.diagnosis.next_try_at)
      expect(next).toBe(Date.parse(retry.at) + retry.details.retry_in_ms)
    }, PATIENCE_MS)
    world.forward(3_600)
    expect((await world.admin.get(path)).body.diagnosis.next_try_at).toBeNull()
    world.refuseWith(null)
  })
})
