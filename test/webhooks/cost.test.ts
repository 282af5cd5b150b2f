// What webhooks cost a service that has none: not one statement, whatever other services have.

import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { openDatabase } from '../../src/storage/sqlite/open.ts'
import { createSqliteStore } from '../../src/storage/sqlite/store.ts'
import type { WebhookCauses } from '../../src/webhooks/ports.ts'
import { CAUSES } from '../contract/hooked.ts'
import { claimOne, SENT, settlement } from '../contract/outbox-steps.ts'
import { T0 } from '../contract/rows.ts'
import { createSteps } from '../contract/steps.ts'
import { guess, keyOf, start } from '../contract/stores.ts'
import { MIGRATIONS, makeDirectory } from '../storage/sqlite/fixture.ts'

const directory = makeDirectory()
afterAll(() => directory.remove())

/** The statements of a start, its message and its approval, in order. */
async function statementsOf(service: string, causes?: WebhookCauses): Promise<string[]> {
  const path = join(directory.path, `${service}-${causes ? 'with' : 'without'}.db`)
  const client = await openDatabase({ path, migrationsFolder: MIGRATIONS, synchronous: 'normal' })
  const run: string[] = []
  const prepare = client.prepare.bind(client)
  client.prepare = ((text: string) => {
    const statement = prepare(text)
    for (const name of ['run', 'get', 'all'] as const) {
      const bound = statement[name].bind(statement)
      statement[name] = (...values: unknown[]) => {
        run.push(text)
        return bound(...values) as never
      }
    }
    return statement
  }) as typeof client.prepare
  const opened = createSqliteStore(client, {}, causes)
  const store = { ...opened, steps: createSteps(opened.verifications) }
  const record = await start(store, { service })
  await store.outbox.settle(settlement(await claimOne(store, T0), T0 + 500, SENT))
  await store.steps.check({ ...keyOf(record), ...guess(true) })
  await store.close()
  return run
}

it('a flow of a service without webhooks makes the same statements as in a store without any', async () => {
  const without = await statementsOf('default')
  expect(without.length).toBeGreaterThan(5)
  expect(await statementsOf('default', CAUSES)).toEqual(without)
  const hooked = await statementsOf('hooked', CAUSES)
  expect(hooked.filter((text) => text.includes('webhook_messages'))).toHaveLength(3)
})
