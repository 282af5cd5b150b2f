// Exports over the API: whole, resumed, cut off, and with hostile text in every field, with the real store behind them.

import { request } from 'node:http'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApiKey } from '../../src/access/api-keys.ts'
import { openStore } from '../storage/sqlite/fixture.ts'
import { createClient } from './client.ts'
import { type Real, startReal } from './real.ts'

const HOSTILE = [
  '=cmd|"/C calc"!A0',
  '+SUM(1;1)',
  '-2+3',
  '@now',
  '\t=1',
  'a";"=1',
  'x;=HYPERLINK("http://evil")',
  '<script>alert(1)</script>, "quoted"',
  '\uff1d1+1',
]

let real: Real
beforeAll(async () => {
  real = await startReal({
    SERVICES: JSON.stringify({ services: { default: {}, bank: { allowed_countries: ['US'] } } }),
    LIMIT_SENDS_PER_NUMBER_BURST: '900/600',
  })
  for (const [n, text] of HOSTILE.entries()) {
    const started = await real.start({ to: `+1415555${2000 + n}`, user_agent: text })
    expect(started.status, started.text).toBe(201)
    // A provider's answer, and what no request could give.
    const file = new Database(`${real.directory}/data/countersign.db`)
    const seq = file
      .prepare('select seq from verifications where id = ?')
      .pluck()
      .get(started.body.id)
    file.prepare('update verifications set purpose = ? where seq = ?').run(text, seq)
    file
      .prepare('update deliveries set error_code = ?, error_message = ? where verification_seq = ?')
      .run(text, text, seq)
    // As a refusal of a stranger, and an event with whatever a key, a route and a limit may be called.
    file
      .prepare(
        `insert into events (at, type, service, key_id, client_ip, user_agent, details)
          values (?, 15, 'default', ?, ?, ?, json_object('error', 'rate_limited', 'limit', ?, 'route', ?, 'count', 1))`,
      )
      .run(Date.now() - 60_000 - n, ...Array.from({ length: 5 }, () => text))
    file.close()
  }
  await real.start({ to: '+442071838750' })
  await real.start({ to: 'nonsense' })
})
afterAll(() => real.close())

type Line = Record<string, unknown> & { cursor: string | null }
const order = (list: string, body: object, client = real.admin) =>
  client.post(`/admin/api/${list}/export`, body)
async function linesOf(list: string, body: object = {}) {
  const { status, text } = await order(list, body)
  expect(status, text).toBe(200)
  const all = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  return { rows: all.slice(0, -1) as Line[], end: all.at(-1)?.end }
}

/** As a spreadsheet reads it (RFC 4180), divided at another character where its country does so. */
function readCsv(text: string, divider = ','): string[][] {
  const records: string[][] = [[]]
  let field = ''
  let isQuoted = false
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at] ?? ''
    if (isQuoted) {
      if (letter !== '"') field += letter
      else if (text[at + 1] === '"') {
        field += letter
        at += 1
      } else isQuoted = false
    } else if (letter === '"' && field === '') isQuoted = true
    else if (letter === divider || letter === '\n') {
      records.at(-1)?.push(field.replace(/\r$/, ''))
      field = ''
      if (letter === '\n') records.push([])
    } else field += letter
  }
  return records.slice(0, -1)
}

describe('JSON Lines', () => {
  it('C32: has every row as the list has it, then a line that says it is whole', async () => {
    const { rows, end } = await linesOf('verifications')
    const { body } = await real.admin.get('/admin/api/verifications?limit=100')
    expect(rows.map(({ cursor: _, ...row }) => row)).toEqual(body.verifications)
    expect(end).toEqual({ rows: rows.length, complete: true, stopped: null, after: null })
    const purposes = rows.map(({ purpose }) => purpose)
    for (const text of HOSTILE) expect(purposes).toContain(text)
  })

  it('the lines of events name their schema', async () => {
    const { rows, end } = await linesOf('events', { type: 'verification.started' })
    expect(rows.length).toBe(HOSTILE.length + 1)
    expect(end.complete).toBe(true)
    const { document } = real.admin.documented
    expect(document.components.schemas.EventLine.properties.version.enum).toEqual([1])
    for (const row of rows) expect(row).toMatchObject({ version: 1, type: 'verification.started' })
  })

  it('C32: continues behind any line, without the lines before it and without leaving one out', async () => {
    for (const list of ['verifications', 'events']) {
      const filter = list === 'events' ? { type: 'verification.started' } : { country: 'US' }
      const { rows } = await linesOf(list, filter)
      expect(rows.length).toBeGreaterThanOrEqual(HOSTILE.length)
      for (const [place, { cursor }] of rows.entries()) {
        const rest = await linesOf(list, { ...filter, after: cursor })
        expect(rest.rows).toEqual(rows.slice(place + 1))
        expect(rest.end.complete).toBe(true)
      }
    }
  })

  it('every filter of the search, a recipient in any spelling included', async () => {
    const { rows } = await linesOf('verifications', { to: '(415) 555-2000', country: 'US' })
    expect(rows).toHaveLength(1)
    expect((await linesOf('verifications', { delivery: 'failed' })).rows).toEqual([])
    expect((await linesOf('events', { recipient: '+14155552000' })).rows.length).toBeGreaterThan(1)
    expect((await linesOf('refusals', { error: 'country_not_allowed' })).rows).toHaveLength(0)
    const refused = await linesOf('refusals', { error: 'invalid_request' })
    expect(refused.rows).toMatchObject([{ error: 'invalid_request', count: 1 }])
  })

  it.each([
    ['verifications', { after: 'made-up' }, 'after'],
    ['events', { format: 'xml' }, 'format'],
    ['events', { recipients: 'plaintext' }, 'recipients'],
    ['verifications', { limit: 5 }, 'limit'],
    ['refusals', { to: '+1', subject: 'x' }, 'subject'],
  ])('%s with %j is 400 and names the field', async (list, body, field) => {
    const answer = await order(list, body)
    expect([answer.status, answer.body.errors[0].field]).toEqual([400, field])
  })
})

describe('CSV', () => {
  it.each(['verifications', 'events', 'refusals'])(
    'C32: no cell of %s is a formula, whatever divides the cells, and every record is as long',
    async (list) => {
      const { status, text, headers } = await order(list, { format: 'csv' })
      expect(status).toBe(200)
      expect(headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present')
      expect(headers.get('content-disposition')).toMatch(/filename="countersign-\w+-\w+\.csv"$/)
      const records = readCsv(text)
      expect(new Set(records.map(({ length }) => length)).size).toBe(1)
      for (const divider of [',', ';', '\t'])
        for (const cell of readCsv(text, divider).flat())
          expect(cell).not.toMatch(/^[ "]*[=+\-@\t\r\uff1d]/)
      expect(records.at(-1)?.slice(0, 3)).toEqual(['#end', String(records.length - 2), 'complete'])
    },
  )

  it('has the same values as JSON Lines', async () => {
    const [names = [], ...records] = readCsv((await order('events', { format: 'csv' })).text)
    const cells = Object.fromEntries(names.map((name, place) => [name, records[1]?.[place]]))
    const { rows } = await linesOf('events', {})
    const same = rows.find(({ sequence }) => String(sequence) === cells.sequence)
    expect(cells).toMatchObject({
      version: '1',
      at: same?.at,
      type: same?.type,
      cursor: same?.cursor,
    })
    expect(JSON.parse(cells.details ?? '')).toEqual(same?.details)
  })
})

describe('who may', () => {
  const keyOf = async (scopes: ('admin' | 'admin:read' | 'verify')[], service: string | null) => {
    const store = await openStore(`${real.directory}/data/countersign.db`)
    const { text, record } = createApiKey({ service, name: 'x', scopes, nowMs: Date.now() })
    await store.apiKeys.insert(record)
    await store.close()
    return createClient(real.url, text)
  }

  it('C30: recipients are masked; in plaintext for the scope admin alone, and the log has who, what and how many', async () => {
    const masked = await order('verifications', {})
    expect(masked.text).not.toMatch(/415555200/)
    const reader = await keyOf(['admin:read'], null)
    const refused = await order('verifications', { recipients: 'plaintext' }, reader)
    expect([refused.status, refused.body.error]).toEqual([403, 'scope_missing'])
    const { rows } = await linesOf('verifications', { recipients: 'plaintext' })
    expect(rows.map(({ to }) => to)).toContain('+14155552000')
    const csv = await order('verifications', { recipients: 'plaintext', format: 'csv' })
    expect(csv.text).toContain(",'+14155552000,")
    const { body } = await real.admin.get('/admin/api/events?type=export.ended&limit=1')
    const ended = body.events[0].details
    expect(ended).toMatchObject({ rows: rows.length, complete: true })
    const began = await real.admin.get('/admin/api/events?type=export.started&limit=1')
    expect(began.body.events[0]).toMatchObject({
      key_id: 'ADMIN_KEY',
      details: {
        export: ended.export,
        list: 'verifications',
        format: 'csv',
        recipients: 'plaintext',
      },
    })
  })

  it('C35: a key of a service gets its own rows; one without a scope none', async () => {
    const bank = await keyOf(['admin:read'], 'bank')
    const { text } = await order('events', {}, bank)
    const rows = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(rows.filter(({ service }) => service === 'default')).toEqual([])
    expect((await order('verifications', { service: 'default' }, bank)).status).toBe(400)
    expect((await order('events', {}, await keyOf(['verify'], 'bank'))).status).toBe(403)
  })
})

describe('a reader that stops', () => {
  /** Takes the headers and not a byte of the body. */
  const hold = (list: string) =>
    new Promise<{ destroy(): void }>((resolve, reject) => {
      const url = new URL(`/admin/api/${list}/export`, real.url)
      const headers = {
        authorization: 'Bearer the-key-of-the-administrator',
        'content-type': 'application/json',
      }
      const asked = request(url, { method: 'POST', headers }, (answer) => resolve(answer.pause()))
      asked.on('error', reject)
      asked.end('{}')
    })

  it('C44: has two places at most, gives them back as it goes, and its export is told as cut off', async () => {
    const store = await openStore(`${real.directory}/data/countersign.db`)
    const filler = 'x'.repeat(250)
    const nobody = {
      service: 'default',
      keyId: null,
      clientIp: null,
      verificationId: null,
      budgetIndex: null,
    }
    for (let n = 0; n < 60; n += 1)
      await store.events.append(
        Array.from({ length: 200 }, () => ({
          ...nobody,
          at: Date.now(),
          type: 'request.refused' as const,
          userAgent: filler,
          details: { error: 'rate_limited', filler: filler.repeat(4) },
        })),
      )
    await store.close()
    const held = [await hold('events'), await hold('events')]
    const third = await order('events', {})
    expect([third.status, third.body.error]).toEqual([503, 'overloaded'])
    for (const one of held) one.destroy()
    await expect
      .poll(async () =>
        (await real.admin.get('/admin/api/events?type=export.ended&limit=2')).body.events.map(
          (one: { details: object }) => one.details,
        ),
      )
      .toMatchObject([{ complete: false }, { complete: false }])
    expect((await linesOf('verifications')).end.complete).toBe(true)
  })
})
