// The chain of a process that is killed while it chains: what it left is whole, and the next one continues.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createChainer } from '../../src/audit/chainer.ts'
import { createSigner } from '../../src/audit/note.ts'
import { verifyChain } from '../../src/audit/verify.ts'
import { PATIENCE_MS } from '../long.ts'
import { makeDirectory, openStore } from '../storage/sqlite/fixture.ts'

const SIGNER = createSigner(Buffer.alloc(32, 7))
const DAYS = { addresses: 30, recipients: 90 }
const KILLS = 4

it('kill -9 at any moment of a segment leaves no event out and none twice', async () => {
  const directory = makeDirectory()
  const path = join(directory.path, 'store.db')
  const script = join(import.meta.dirname, 'chain-until-killed.ts')
  for (let n = 0; n < KILLS; n += 1) {
    const child = spawn(process.execPath, [script, path], { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(child.stdout, 'data')
    const store = await openStore(path)
    // As far as another segment, and some way into the next.
    const before = (await store.audit.lastSegment())?.number ?? 0
    await expect
      .poll(async () => (await store.audit.lastSegment())?.number ?? 0, {
        timeout: PATIENCE_MS * 3,
      })
      .toBeGreaterThan(before)
    await new Promise((resolve) => setTimeout(resolve, n * 7))
    child.kill('SIGKILL')
    await once(child, 'exit')
    const found = await verify(store)
    expect(found.wrong).toBeNull()
    expect(found.segments).toBeGreaterThan(before)
    await store.close()
  }
  const store = await openStore(path)
  const chainer = createChainer({
    ...{ store: store.audit, hasGaps: false, signer: SIGNER, days: DAYS, closeAfterMs: 0 },
    ...{ clock: { now: Date.now }, onHead: async () => {}, logger: { warn: () => {} } },
  })
  chainer.start()
  await expect.poll(async () => (await verify(store)).waiting, { timeout: PATIENCE_MS * 3 }).toBe(0)
  await chainer.stop(5_000)
  const found = await verify(store)
  const first = (await store.audit.segmentsAfter(0, 1))[0]
  const numbers = await store.audit.leavesAfter(first?.after ?? 0, 1_000_000)
  expect(found).toMatchObject({ wrong: null, events: numbers.length })
  await store.close()
  directory.remove()
})

function verify({ audit }: Awaited<ReturnType<typeof openStore>>) {
  const about = { verifiers: [SIGNER.verifier], days: DAYS, now: Date.now(), kept: null }
  return verifyChain({ store: audit, ...about })
}
