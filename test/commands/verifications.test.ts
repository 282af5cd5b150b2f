// countersign verifications, show, tail, export and erase: real processes on the file of a service that runs.

import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Real, startReal } from '../http/real.ts'
import { begin, type Ended, run, runHere } from './command-process.ts'

/** Processes start one after the other, on a machine that does other things as well. */
vi.setConfig({ testTimeout: 60_000 })

/** Colours, and a line that runs from right to left. */
const ESCAPE = '\u001b[31mred\u202e'

let gateway: Server
let real: Real
beforeAll(async () => {
  gateway = createServer((_, answer) => answer.writeHead(400).end()).listen(0, '127.0.0.1')
  await once(gateway, 'listening')
  const { port } = gateway.address() as AddressInfo
  real = await startReal({
    HTTP_SMS_URL: `http://127.0.0.1:${port}/`,
    LIMIT_SENDS_PER_NUMBER_BURST: 'off',
    LIMIT_SENDS_PER_PREFIX_HOUR: 'off',
    LIMIT_GUESSES_PER_NUMBER_HOUR: 'off',
  })
})
afterAll(async () => {
  await real.close()
  gateway.close()
})

let people = 0
const aNumber = () => {
  people += 1
  return people
}
const anAddress = () => `person-${aNumber()}@example.com`
const start = async (to: string, rest: object = {}) => {
  const { body } = await real.start({ to, ...rest })
  return { to, id: body.id as string, reference: body.reference as string }
}
const failed = async () => {
  const one = await start(`+1415555${2000 + aNumber()}`)
  await vi.waitFor(async () =>
    expect((await real.admin.get(`/admin/api/verifications/${one.id}`)).body.delivery_status).toBe(
      'failed',
    ),
  )
  return one
}
const objects = ({ stdout }: Pick<Ended, 'stdout'>) =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
const idsOf = (ended: Ended) => objects(ended).map(({ id }) => id)
const withoutIds = (text: string) => text.replaceAll(/vrf_\w+/g, '')

describe('verifications', () => {
  it('are a table for people: narrow, in UTC, masked', async () => {
    const one = await failed()
    const { status, stdout, stderr } = await run(real, ['verifications', '--to', one.to])
    expect([status, stderr]).toEqual([0, ''])
    const [head, line, ...rest] = stdout.trimEnd().split('\n')
    expect([head, rest]).toEqual([expect.stringMatching(/^REFERENCE {2}WHEN \(UTC\)/), []])
    expect(line).toContain(one.reference)
    expect(line).toMatch(/\+141•••\d\d US {2}sms {6}failed \S+ http {2}open/)
    const [row] = (await real.admin.get(`/admin/api/verifications?reference=${one.reference}`)).body
      .verifications
    expect(line).toContain(row.created_at.slice(0, 19).replace('T', ' '))
    expect(stdout).not.toContain(one.to.slice(2))
    expect(line?.length).toBeLessThan(120)
  })

  it('are one JSON line each, as the API has them, newest first', async () => {
    await start(anAddress())
    const [a, b] = [await start(anAddress()), await start(anAddress())]
    const ended = await run(real, ['verifications', '--json', '--limit', '2'])
    const { body } = await real.admin.get('/admin/api/verifications?limit=2')
    expect(objects(ended)).toEqual(body.verifications)
    expect(idsOf(ended)).toEqual([b.id, a.id])
    expect(ended).toMatchObject({ status: 0, stderr: '' })
  })

  it('are filtered by each option', async () => {
    const from = new Date().toISOString()
    const mail = await start(anAddress())
    const call = await failed()
    const about = { subject: 'user-of-commands', channel: 'totp', decoy: true }
    const { body: factor } = await real.client.post('/verify/start', about)
    await real.client.post(`/verify/${mail.id}/cancel`, {})
    const only = async (...words: string[]) =>
      idsOf(await runHere(real, ['verifications', '--json', '--since', from, ...words]))
    expect(await only()).toEqual([factor.id, call.id, mail.id])
    expect(await only('--status', 'canceled')).toEqual([mail.id])
    expect(await only('--delivery', 'failed')).toEqual([call.id])
    expect(await only('--channel', 'totp')).toEqual([factor.id])
    expect(await only('--provider', 'http')).toEqual([call.id])
    expect(await only('--country', 'us')).toEqual([call.id])
    expect(await only('--service', 'default')).toHaveLength(3)
    expect(await only('--until', from)).toEqual([])
    expect(await only('--to', mail.to.toUpperCase())).toEqual([mail.id])
    expect(await only('--to', call.to.slice(2), '--country', 'US')).toEqual([call.id])
    expect(await only('--subject', 'user-of-commands')).toEqual([factor.id])
  })

  it('are read with times in UTC, whatever the zone of the machine', async () => {
    const { to, id } = await start(anAddress())
    const soon = new Date(Date.now() + 60_000).toISOString().slice(0, 19)
    for (const until of [soon, `${soon}Z`, soon.replace('T', ' '), `${soon}.5+00:00`])
      expect(
        idsOf(await run(real, ['verifications', '--json', '--to', to, '--until', until])),
      ).toEqual([id])
    const ago = await runHere(real, ['verifications', '--json', '--to', to, '--until', '1m'])
    expect(idsOf(ago)).toEqual([])
  })

  it('may be none', async () => {
    expect(
      await runHere(real, ['verifications', '--to', 'nobody@example.com', '--since', '2h']),
    ).toEqual({
      ...{ status: 0, stdout: '', stderr: 'No verifications found.\n' },
    })
  })

  it('end quietly where the reader has gone', async () => {
    const { child, ended } = begin(real, ['verifications', '--json', '--limit', '100000'])
    child.stdout?.destroy()
    expect(await ended).toMatchObject({ status: 0, stderr: '' })
  })
})

describe('show', () => {
  it('shows the timeline with the provider’s answers, and obeys no text', async () => {
    const { to, id, reference } = await failed()
    const file = new Sqlite(join(real.directory, 'data', 'countersign.db'), { timeout: 1000 })
    file
      .prepare(
        'update send_attempts set error_message = ? where verification_seq = (select seq from verifications where id = ?)',
      )
      .run(ESCAPE, id)
    file.close()
    const { status, stdout } = await run(real, ['show', reference.toLowerCase()])
    expect(status).toBe(0)
    for (const said of [reference, id, 'verification.started', 'delivery.failed', 'by API_KEY'])
      expect(stdout).toContain(said)
    expect(stdout).toMatch(/ {2}\+\d+ ms +delivery\.attempted {4}/)
    expect(stdout).toMatch(/1\.1 {2}http .* failed {2}http_400: \ufffd\[31mred\ufffd/)
    expect(withoutIds(stdout)).not.toContain(to.slice(2))
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/)
    expect((await runHere(real, ['show', id])).stdout).toBe(stdout)
  })

  it('gives with --json the API’s answer', async () => {
    const { id, reference } = await failed()
    const { stdout } = await runHere(real, ['show', reference, '--json'])
    expect(JSON.parse(stdout)).toEqual(
      (await real.admin.get(`/admin/api/verifications/${id}`)).body,
    )
  })

  it('reports where there is none', async () => {
    expect(await runHere(real, ['show', 'ZZZ-ZZZ'])).toEqual({
      ...{ status: 1, stdout: '', stderr: 'There is no verification ZZZ-ZZZ.\n' },
    })
  })
})

describe('tail', () => {
  it('prints each new event once, and exits with 0 when interrupted', async () => {
    const before = await start(anAddress())
    const { child, told, ended } = begin(real, ['tail', '--json', '--channel', 'email'])
    // Nothing is told until the first look has learned what is there.
    let after = await start(anAddress())
    const events = (id: string) =>
      objects({ stdout: told() })
        .filter(({ event }) => event.verification_id === id)
        .map(({ event }) => event.type)
    await vi.waitFor(
      async () => {
        if (events(after.id).length > 0) return
        after = await start(anAddress())
        throw new Error('it has not begun')
      },
      { timeout: 30_000, interval: 1_500 },
    )
    await failed()
    await real.client.post(`/verify/${after.id}/cancel`, {})
    await vi.waitFor(() => expect(events(after.id)).toContain('verification.canceled'), 10_000)
    child.kill('SIGINT')
    const { status, stderr, stdout } = await ended
    expect([status, stderr]).toEqual([0, ''])
    const types = events(after.id)
    expect(types).toEqual([...new Set(types)])
    expect(events(before.id)).toEqual([])
    expect(objects({ stdout }).at(-1).verification).toMatchObject({
      id: after.id,
      status: 'canceled',
    })
    expect(new Set(objects({ stdout }).map(({ verification }) => verification.channel))).toEqual(
      new Set(['email']),
    )
    expect(stdout).not.toContain(after.to)
  })

  it('never holds the file: it can be written, and its log emptied, at any moment', async () => {
    const { child, told, ended } = begin(real, ['tail'])
    await vi.waitFor(
      async () => {
        await start(anAddress())
        expect(told()).toMatch(/^\d{4}-\d\d-\d\d [\d:]{8} {2}\w{3}-\w{3} {2}p•••@/)
      },
      { timeout: 30_000, interval: 1_000 },
    )
    const other = new Sqlite(join(real.directory, 'data', 'countersign.db'), { timeout: 0 })
    const busy: unknown[] = []
    for (let i = 0; i < 40; i += 1) {
      expect((await real.start({ to: anAddress() })).status).toBe(201)
      const [result] = other.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[]
      busy.push(result?.busy)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    other.close()
    // A look takes a millisecond or two: some may meet one, not all of them.
    expect(busy.filter((one) => one === 0).length).toBeGreaterThan(30)
    child.kill('SIGTERM')
    expect((await ended).status).toBe(0)
  })

  it('ends quietly when its reader has gone', async () => {
    const { child, ended } = begin(real, ['tail'])
    child.stdout?.destroy()
    const ends = ended.then(({ status, stderr }) => [status, stderr])
    const more = setInterval(() => void start(anAddress()), 500)
    expect(await ends).toEqual([0, ''])
    clearInterval(more)
  })
})

describe('export', () => {
  it('writes everything about a person, recipients in plaintext, and the log records by whom', async () => {
    const to = anAddress()
    const made = [await start(to), await start(to)]
    await start(anAddress())
    const { status, stdout, stderr } = await runHere(real, ['export', '--to', to])
    expect([status, stderr]).toEqual([0, ''])
    const told = JSON.parse(stdout)
    expect(told).toMatchObject({ to, subject: null, complete: true })
    expect(told.verifications.map(({ id }: { id: string }) => id)).toEqual(
      made.map(({ id }) => id).toReversed(),
    )
    expect(told.verifications[0]).toMatchObject({ to, subject: null })
    expect(told.events).toMatchObject([{ type: 'recipient.exported', key_id: 'command' }])
  })
})

describe('erase', () => {
  it('needs --yes without a terminal', async () => {
    const { to, id } = await start(anAddress())
    expect(await runHere(real, ['erase', '--to', to])).toEqual({
      ...{ status: 2, stdout: '', stderr: 'Nothing was removed: give --yes to confirm.\n' },
    })
    expect((await real.admin.get(`/admin/api/verifications/${id}`)).status).toBe(200)
  })

  it('removes the person, and no one else, while the service runs', async () => {
    const { to, id } = await start(anAddress())
    const { code } = await real.message(id)
    const other = await start(anAddress())
    expect(await run(real, ['erase', '--to', to, '--yes'])).toEqual({
      status: 0,
      stdout: 'Removed: 1 verification, 0 factors, 0 other events.\n',
      stderr: '',
    })
    expect((await real.client.post('/verify/check', { id, code })).status).toBe(404)
    expect((await real.admin.get(`/admin/api/verifications/${other.id}`)).status).toBe(200)
    const { body } = await real.admin.get('/admin/api/events?type=recipient.erased')
    expect(body.events[0]).toMatchObject({ key_id: 'command', service: '*' })
    const again = await runHere(real, ['erase', '--to', to, '--yes', '--json'])
    expect(JSON.parse(again.stdout)).toEqual({
      verifications: 0,
      factors: 0,
      suppressions: 0,
      entries: 0,
      events: 0,
    })
  })

  it.each([
    ['no', 1, 200],
    ['', 1, 200],
    [' Yes', 0, 404],
  ])('on a terminal %j is %i', async (answer, status, left) => {
    const { to, id } = await start(anAddress())
    const asked: string[] = []
    const ended = await runHere(real, ['erase', '--to', to], async (question) => {
      asked.push(question)
      return answer
    })
    expect(ended.status).toBe(status)
    expect(asked).toEqual([expect.stringContaining('p•••@example.com')])
    expect((await real.admin.get(`/admin/api/verifications/${id}`)).status).toBe(left)
  })
})

describe('wrong words', () => {
  it.each([
    [['verifications', '--since', 'yesterday'], '--since must be a time such as 2h'],
    [['verifications', '--since', '2026-13-01'], '--since must be a time such as 2h'],
    [['verifications', '--until', '2h30'], '--until must be a time such as 2h'],
    [['verifications', '--status', 'gone'], '--status must be one of pending'],
    [['verifications', '--delivery', 'gone'], '--delivery must be one of queued'],
    [['verifications', '--channel', 'fax'], '--channel must be one of sms'],
    [['verifications', '--country', 'Germany'], '--country must be an ISO 3166-1 code'],
    [['verifications', '--limit', '0'], '--limit must be a whole number'],
    [['verifications', '--service', 'nobody'], 'there is no service "nobody"'],
    [['verifications', '--to', 'nobody'], '--to is neither an e-mail address'],
    [['verifications', '--to', ''], '--to or --subject is empty'],
    [['verifications', '--subject', 'a', '--country', 'US'], 'cannot be used with --subject'],
    [
      ['verifications', '--to', '+14155552671', '--subject', 'a'],
      'give --to or --subject, not both',
    ],
    [['show', 'nothing'], 'give a reference'],
    [['show'], '<reference> is missing'],
    [['tail', '--since', '2h'], "'--since'"],
    [['export'], '--to or --subject is missing'],
    [['export', '--to', 'nobody'], '--to is neither an e-mail address'],
    [['erase', '--yes'], '--to or --subject is missing'],
    [['erase', '--to', 'nobody', '--yes'], '--to is neither an e-mail address'],
  ])('%j are reported, with 2', async (words, message) => {
    expect(await runHere(real, words)).toEqual({
      ...{ status: 2, stdout: '', stderr: expect.stringContaining(message) },
    })
  })

  it.each(['verifications', 'show', 'tail', 'export', 'erase'])(
    '%s has a help text',
    async (word) => {
      const ended = await run(real, [word, '--help'], { NODE_ENV: 'production', SECRET_KEY: '' })
      expect(ended).toMatchObject({ status: 0, stderr: '' })
      expect(ended.stdout).toContain(`Usage: countersign ${word}`)
    },
  )
})
