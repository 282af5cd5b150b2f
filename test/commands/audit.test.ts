// countersign audit, beside a service that runs: the chain of its own log, and what its operator finds in it.

import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { createChainer } from '../../src/audit/chainer.ts'
import { createSigner } from '../../src/audit/note.ts'
import { createKeyring } from '../../src/kernel/keyring.ts'
import { type FaultServer, startFaultServer } from '../delivery/fault-server.ts'
import { type Real, ROOT_SECRET, startReal } from '../http/real.ts'
import { PATIENCE_MS } from '../long.ts'
import { openStore } from '../storage/sqlite/fixture.ts'
import { runHere } from './command-process.ts'

vi.setConfig({ testTimeout: 120_000 })

let real: Real
let stream: string
let receiver: FaultServer
const SECRET = `whsec_${Buffer.alloc(32, 'heads').toString('base64')}`
beforeAll(async () => {
  stream = join(tmpdir(), `countersign-audit-${process.pid}.jsonl`)
  receiver = await startFaultServer((response) => response.writeHead(204).end())
  real = await startReal({
    AUDIT_STREAM: `file:${stream}`,
    WEBHOOK_URL: `${receiver.url}/heads`,
    ...{
      WEBHOOK_SECRET: SECRET,
      WEBHOOK_EVENTS: 'audit.head',
      WEBHOOK_ALLOW_PRIVATE: '127.0.0.0/8',
    },
  })
  // Its first claims: from here on the log is chained, and leaves.
  const store = await openStore(join(real.directory, 'data/countersign.db'))
  await vi.waitFor(
    async () => {
      for (const name of ['chain', 'stream'] as const)
        if ((await store.audit.place(name)) === undefined) throw new Error('not yet')
    },
    { timeout: PATIENCE_MS },
  )
  await store.close()
})
afterAll(async () => {
  await real.close()
  await receiver.close()
  rmSync(stream, { force: true })
})

/** As the service does within a minute. */
async function chain(): Promise<void> {
  const store = await openStore(join(real.directory, 'data/countersign.db'))
  const [seed] = createKeyring([ROOT_SECRET]).signingSeeds('audit-sign')
  const chainer = createChainer({
    ...{ store: store.audit, hasGaps: false, signer: createSigner(seed ?? ROOT_SECRET) },
    ...{ days: { addresses: 30, recipients: 90 }, closeAfterMs: 0, clock: { now: Date.now } },
    ...{ onHead: async () => {}, logger: { warn: () => {} } },
  })
  chainer.start()
  await expect
    .poll(async () => JSON.parse((await runHere(real, ['audit', 'verify', '--json'])).stdout), {
      timeout: PATIENCE_MS * 3,
    })
    .toMatchObject({ wrong: null, waiting: 0 })
  await chainer.stop(1_000)
  await store.close()
}

it('I20: a row that was changed with another program is named; a head that was kept is part of the chain', async () => {
  for (const last of ['0', '1', '2']) await real.start({ to: `+1415555200${last}` })
  await chain()
  const good = await runHere(real, ['audit', 'verify'])
  expect([good.status, good.stdout]).toEqual([0, expect.stringMatching(/^As it was chained: \d+/)])
  const head = await runHere(real, ['audit', 'head'])
  expect(head.stdout).toMatch(
    /^countersign\/audit-log\n\d+\n\S{44}\n\n\u2014 countersign\/audit-log \S+\n$/,
  )
  const key = await runHere(real, ['audit', 'key'])
  expect(key.stdout).toMatch(/^countersign\/audit-log\+[0-9a-f]{8}\+\S{44}\n$/)
  const file = join(real.directory, 'head')
  writeFileSync(file, head.stdout)
  const kept = ['audit', 'verify', '--head', file]
  expect((await runHere(real, kept)).status).toBe(0)
  await real.start({ to: '+14155552003' })
  await chain()
  expect((await runHere(real, [...kept, '--key', key.stdout.trim()])).status).toBe(0)
  writeFileSync(
    file,
    head.stdout.replace(/(?<=\n)\d+(?=\n)/, (size) => String(Number(size) + 1)),
  )
  const forged = await runHere(real, kept)
  expect([forged.status, forged.stderr]).toEqual([2, expect.stringContaining('it was changed')])

  const client = new Sqlite(join(real.directory, 'data/countersign.db'))
  const seq = client.prepare('select max(seq) from events').pluck().get()
  client.prepare(`update events set key_id = 'key_somebody' where seq = ?`).run(seq)
  const bad = await runHere(real, ['audit', 'verify'])
  expect([bad.status, bad.stdout]).toEqual([
    1,
    expect.stringContaining(`Wrong: event ${seq} (segment `),
  ])
  client.prepare('delete from events where seq = ?').run(seq)
  const removed = await runHere(real, ['audit', 'verify', '--json'])
  expect(JSON.parse(removed.stdout).wrong).toMatchObject({ kind: 'removed', sequence: seq })
  client.close()
})

it('I20: a head that a webhook received is held against the chain, by the file that its receiver kept', async () => {
  await real.start({ to: '+14155552005' })
  const { body, headers } = await vi.waitFor(
    () => {
      const last = receiver.seen.at(-1)
      if (!last) throw new Error('not yet')
      return last
    },
    { timeout: PATIENCE_MS },
  )
  const { data } = new Webhook(SECRET).verify(body, headers as Record<string, string>) as {
    data: { note: string }
  }
  const file = join(real.directory, 'received')
  writeFileSync(file, data.note)
  const kept = await runHere(real, ['audit', 'verify', '--head', file, '--json'])
  // The row that the test before removed is missed; the head is one of this chain.
  expect(JSON.parse(kept.stdout).wrong.kind).toBe('removed')
  writeFileSync(file, data.note.replace(/(?<=\n)\d+(?=\n)/, '1000'))
  expect((await runHere(real, ['audit', 'verify', '--head', file])).status).toBe(2)
  const { body: shown } = await real.admin.get('/admin/api/webhooks/destinations')
  expect(shown.destinations).toMatchObject([{ state: 'on', dead: 0 }])
})

it('AUDIT_STREAM of a service has the events of its log, as an export has them', async () => {
  const { body: started } = await real.start({ to: '+14155552004', user_agent: '=cmd()\u202e' })
  const lines = () =>
    readFileSync(stream, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
      .filter((event) => event.verification_id === started.id)
  await expect.poll(() => lines().at(-1)?.type, { timeout: PATIENCE_MS }).toBe('delivery.sent')
  const { text } = await real.admin.post('/admin/api/events/export', {})
  const exported = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
    .flatMap(({ cursor: _, ...event }) => ('type' in event ? [event] : []))
  const own = exported.filter((event) => event.verification_id === started.id)
  expect(own.toReversed()).toEqual(lines())
  const { body } = await real.admin.get('/admin/api/health')
  expect(body.audit_stream).toMatchObject({ failing_since: null, error: null, lost: 0 })
  const metrics = await real.admin.get('/metrics')
  expect(metrics.text).toMatch(/countersign_audit_stream_events_total\{result="sent"\} [1-9]/)
})
