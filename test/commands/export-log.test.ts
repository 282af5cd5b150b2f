// countersign export-log, beside a service that runs.

import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type Real, startReal } from '../http/real.ts'
import { begin, runHere } from './command-process.ts'

vi.setConfig({ testTimeout: 60_000 })

let real: Real
beforeAll(async () => {
  real = await startReal()
  for (const last of ['0', '1', '2']) {
    const { body } = await real.start({ to: `+1415555200${last}` })
    // Or it is sent between two exports, which differ then.
    await vi.waitFor(async () =>
      expect((await real.client.get(`/verify/${body.id}`)).body.delivery_status).toBe('sent'),
    )
  }
})
afterAll(() => real.close())

const linesOf = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

it('writes what the API writes, continues, and is in the log as done by command', async () => {
  const whole = await runHere(real, ['export-log', 'verifications'])
  expect([whole.status, whole.stderr]).toEqual([0, ''])
  const lines = linesOf(whole.stdout)
  expect(lines.at(-1)).toMatchObject({ end: { rows: 3, complete: true } })
  const byApi = await real.admin.post('/admin/api/verifications/export', {})
  expect(whole.stdout).toBe(byApi.text)
  const rest = await runHere(real, ['export-log', 'verifications', '--after', lines[0].cursor])
  expect(linesOf(rest.stdout).slice(0, -1)).toEqual(lines.slice(1, -1))
  const plain = await runHere(real, [
    ...['export-log', 'verifications', '--format', 'csv', '--plaintext', '--to', '+14155552001'],
  ])
  expect(plain.stdout).toContain(",'+14155552001,")
  expect(plain.stdout.split('\r\n').at(-2)).toMatch(/^#end,1,complete/)
  const events = await runHere(real, ['export-log', 'events', '--type', 'export.started'])
  expect(linesOf(events.stdout).slice(0, -1)).toContainEqual(
    expect.objectContaining({
      key_id: 'command',
      details: expect.objectContaining({ list: 'verifications', recipients: 'plaintext' }),
    }),
  )
})

it.each([
  [['nothing'], 'give one of verifications, events, refusals'],
  [['events', '--plaintext'], '--plaintext cannot be used with events'],
  [['refusals', '--type', 'check.incorrect'], '--type cannot be used with refusals'],
  [['events', '--after', 'made-up'], '--after must be the cursor'],
  [['events', '--format', 'xml'], '--format must be one of csv, jsonl'],
])('%j is refused in a sentence', async (words, said) => {
  const { status, stderr, stdout } = await runHere(real, ['export-log', ...words])
  expect([status, stdout]).toEqual([2, ''])
  expect(stderr).toContain(said)
})

it('ends quietly where its reader has gone', async () => {
  const running = begin(real, ['export-log', 'events'])
  running.child.stdout?.destroy()
  const { status, stderr } = await running.ended
  expect([status === 0 || status === 1, stderr.includes('EPIPE')]).toEqual([true, false])
})
