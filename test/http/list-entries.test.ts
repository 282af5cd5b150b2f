// I21 over HTTP and by command: entries of the lists are made, met, seen and ended; a key of one service keeps to its own.

import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createApiKey } from '../../src/access/api-keys.ts'
import type { Scope } from '../../src/access/ports.ts'
import { runCli } from '../../src/cli.ts'
import { openStore } from '../../src/storage/open.ts'
import { type Client, createClient } from './client.ts'
import { ADMIN_KEY, API_KEY, type Real, ROOT_SECRET, startReal } from './real.ts'

const SERVICES = JSON.stringify({ services: { default: {}, bank: {} } })
const PATH = '/admin/api/list-entries'
const HOSTILE = "<b>=cmd|' /C calc'!A0</b> ‮ \"; drop table"

let real: Real
let reader: Client
let banker: Client
beforeAll(async () => {
  real = await startReal({ SERVICES })
  reader = await keyOf(null, ['admin:read'])
  banker = await keyOf('bank', ['admin'])
})
afterAll(() => real.close())

async function keyOf(service: string | null, scopes: Scope[]): Promise<Client> {
  const path = join(real.directory, 'data', 'countersign.db')
  const store = await openStore({ kind: 'sqlite', path, synchronous: 'full' })
  const key = createApiKey({ service, name: 'test', scopes, nowMs: Date.now() })
  await store.apiKeys.insert(key.record)
  await store.close()
  return createClient(real.url, key.text)
}

const create = (given: object, client = real.admin) =>
  client.post(`${PATH}/create`, { effect: 'refuse', reason: 'ticket 4711', ...given })
const end = (id: string, client = real.admin) =>
  client.post(`${PATH}/${id}/end`, { reason: 'over' })
const start = (to: string, client_ip = '192.0.2.1') =>
  real.client.post('/verify/start', { to, client_ip })
const eventsOf = async (type: string) =>
  (await real.admin.get(`/admin/api/events?type=${type}&limit=1`)).body.events

describe('I21: entries over HTTP', () => {
  it('is met by the next start, in the log and under the person’s refusals, and ends at once', async () => {
    const to = '+2250701020304'
    const made = await create({ by: 'prefix', value: '+225 07', reason: HOSTILE })
    expect([made.status, made.body]).toEqual([
      201,
      {
        ...{ id: made.body.id, service: null, effect: 'refuse', by: 'prefix', value: '22507' },
        ...{ reason: HOSTILE, made_by: 'ADMIN_KEY', rule: null, ends_at: null, active: true },
        made_at: expect.any(String),
      },
    ])
    const refused = await start(to)
    expect([refused.status, refused.body]).toEqual([
      403,
      expect.objectContaining({ error: 'recipient_blocked', reference: made.body.id }),
    ])
    expect(refused.text).not.toMatch(/drop table|2250701/)
    expect(await eventsOf('list.entry_made')).toMatchObject([
      { key_id: 'ADMIN_KEY', service: '*', details: { entry: made.body.id, reason: HOSTILE } },
    ])
    await vi.waitFor(async () => {
      const { body } = await real.admin.post('/admin/api/refusals/search', { to })
      expect(body.refusals).toMatchObject([{ error: 'recipient_blocked', count: 1 }])
    })
    expect(await eventsOf('request.refused')).toMatchObject([
      { details: { error: 'recipient_blocked', entry: made.body.id, country: 'CI' } },
    ])
    expect((await end(made.body.id)).body).toMatchObject({ active: false })
    expect((await end(made.body.id)).status).toBe(404)
    expect(await eventsOf('list.entry_ended')).toMatchObject([
      { details: { entry: made.body.id, value: '22507', end_reason: 'over' } },
    ])
    expect((await start(to)).status).toBe(201)
  })

  it('shows a person masked, finds them in any spelling, and exports and erases them with everything else', async () => {
    const made = await create({ by: 'number', value: '+1 (415) 555-2671' })
    expect(made.body.value).toBe('+141•••71')
    expect((await create({ by: 'number', value: '+14155552671' })).body).toMatchObject({
      ...{ status: 409, error: 'list_entry_exists' },
      detail: expect.stringContaining(made.body.id),
    })
    const search = async () =>
      (await reader.post(`${PATH}/search`, { to: '(415) 555-2671', country: 'US' })).body.entries
    expect(await search()).toMatchObject([{ id: made.body.id }])
    const { body } = await real.admin.post('/admin/api/recipients/export', { to: '+14155552671' })
    expect(body.list_entries).toMatchObject([{ id: made.body.id, reason: 'ticket 4711' }])
    expect((await start('+14155552671')).body.error).toBe('recipient_blocked')
    const erased = await real.admin.post('/admin/api/recipients/erase', { to: '+14155552671' })
    expect(erased.body.entries).toBe(1)
    expect(await search()).toEqual([])
    await vi.waitFor(async () => expect((await start('+14155552671')).status).toBe(201))
  })

  it('lists by effect and kind, and those that are over where they are asked for', async () => {
    const { body } = await create({ effect: 'allow', by: 'domain', value: 'lists.example' })
    await create({ by: 'domain', value: 'lists.example', ends_at: '2099-01-01T00:00:00.000Z' })
    const idsOf = async (query: string) =>
      (await reader.get(`${PATH}?${query}`)).body.entries.map(({ id }: { id: string }) => id)
    expect(await idsOf('effect=allow&by=domain')).toEqual([body.id])
    expect(await idsOf('by=domain&limit=1')).toHaveLength(1)
    await end(body.id)
    expect(await idsOf('effect=allow&by=domain')).toEqual([body.id])
    expect(await idsOf('effect=allow&by=domain&active=true')).toEqual([])
  })

  it.each([
    [{ by: 'network', value: '0.0.0.0/0' }, 'value'],
    [{ by: 'prefix', value: HOSTILE }, 'value'],
    [{ by: 'country', value: 'DE', reason: 'a\nb' }, 'reason'],
    [{ by: 'country', value: 'DE', reason: 'x'.repeat(201) }, 'reason'],
    [{ by: 'country', value: 'DE', ends_at: '2020-01-01T00:00:00.000Z' }, 'ends_at'],
    [{ by: 'country', value: 'DE', effect: 'stop' }, 'effect'],
    [{ by: 'country', value: 'DE', service: 'nobody' }, 'service'],
    [{ by: 'planet', value: 'DE' }, 'by'],
    [{ by: 'country', value: 'DE', rule: 'mine' }, 'rule'],
  ])('refuses %j, and names the field', async (given, field) => {
    const { status, body } = await create(given)
    expect([status, body.errors[0].field]).toEqual([400, field])
    expect(JSON.stringify(body)).not.toContain('drop table')
  })

  it('a key of one service makes and sees entries of that service alone', async () => {
    const all = (await create({ by: 'country', value: 'FR' })).body.id
    const own = (await create({ by: 'country', value: 'FR' }, banker)).body
    expect(own.service).toBe('bank')
    const theirs = (await create({ by: 'country', value: 'FR', service: 'default' })).body.id
    const { body } = await banker.get(PATH)
    expect(body.entries).toMatchObject([{ id: own.id }])
    for (const id of [all, theirs]) expect((await end(id, banker)).status).toBe(404)
    // Of one that exists and of one that does not, the same is said.
    for (const service of ['default', 'nobody']) {
      const other = await create({ by: 'country', value: 'ES', service }, banker)
      expect([other.status, other.body.errors]).toEqual([
        400,
        [{ field: 'service', detail: 'is not the service of the key' }],
      ])
    }
    expect((await banker.get(`${PATH}?service=default`)).status).toBe(400)
    expect((await end(own.id, banker)).status).toBe(200)
    for (const id of [all, theirs]) expect((await end(id)).status).toBe(200)
  })

  it('a key of one service has a share of the room, and leaves some to those of every service', async () => {
    const path = join(real.directory, 'data', 'countersign.db')
    const database = new Database(path)
    const fill = (service: string, count: number) =>
      database.exec(`with recursive n (n) as (select 1 union all select n + 1 from n limit ${count})
        insert into list_entries (id, service, effect, "by", value, reason, made_at)
        select '${service} ' || n, '${service}', 'refuse', 'prefix', '000' || n, 'many', 0 from n`)
    const make = (value: string, client: Client) => create({ by: 'country', value }, client)
    fill('bank', 1_000)
    const refused = await make('PT', banker)
    expect([refused.status, refused.body]).toEqual([
      409,
      expect.objectContaining({
        error: 'too_many_list_entries',
        detail: expect.stringContaining('This service has 1000 entries in force'),
      }),
    ])
    const shop = await keyOf('default', ['admin'])
    expect((await make('PT', shop)).status).toBe(201)
    fill('another', 8_000)
    expect((await make('AT', shop)).body.detail).toContain('At most 9000 entries')
    expect((await make('AT', real.admin)).status).toBe(201)
    database.exec('delete from list_entries')
    database.close()
  })

  it('seeing needs admin:read, changing needs admin', async () => {
    expect((await reader.get(PATH)).status).toBe(200)
    expect((await create({ by: 'country', value: 'IT' }, reader)).status).toBe(403)
    expect((await end('lst_00000000000000000000000000000000', reader)).status).toBe(403)
    expect((await real.client.get(PATH)).status).toBe(403)
  })
})

describe('I21: entries by command', () => {
  const run = async (...words: string[]) => {
    let [out, err] = ['', '']
    const env = {
      ...{ API_KEY, ADMIN_KEY, SECRET_KEY: ROOT_SECRET.toString('base64') },
      DATA_DIR: join(real.directory, 'data'),
      SERVICES_FILE: join(real.directory, 'services.json'),
    }
    const status = await runCli(words, {
      env,
      out: (text) => {
        out += text
      },
      err: (text) => {
        err += text
      },
    })
    return { status, out, err }
  }
  const because = ['--because', 'ticket 4711']

  it('one that is made beside the running service is met within seconds, listed masked, and ended', async () => {
    const about = ['--effect', 'refuse', '--by', 'number', '--for', '2h', ...because]
    const made = await run('lists', 'add', '+14155552672', ...about)
    const heeded = 'Running services heed it within 5 seconds.\n'
    expect(made).toMatchObject({ status: 0, err: heeded })
    expect(made.out).toMatch(
      /^lst_\w{32} {2}refuse {2}number {2}\+141•••72 {2}until .+ \(every service\) {2}command {2}ticket 4711\n$/,
    )
    await vi.waitFor(async () =>
      expect((await start('+14155552672', '192.0.2.2')).body.error).toBe('recipient_blocked'),
    )
    const listed = await run('lists', 'show', '--to', '+1 415 555 2672', '--json')
    const entry = JSON.parse(listed.out)
    expect(entry).toMatchObject({ by: 'number', value: '+141•••72', made_by: 'command' })
    expect((await run('lists', 'add', '+14155552672', ...about)).err).toContain(entry.id)
    expect(await run('lists', 'end', entry.id, ...because)).toMatchObject({
      status: 0,
      out: 'Ended.\n',
      err: heeded,
    })
    expect((await run('lists', 'end', entry.id, ...because)).status).toBe(1)
    expect((await run('lists', 'show', '--to', '+14155552672')).err).toBe('No entries found.\n')
    expect((await run('lists', 'show', '--to', '+14155552672', '--all')).out).toContain('over ')
  })

  it.each([
    [['lists'], 'show, add or end'],
    [['lists', 'add', 'DE', '--effect', 'refuse', '--by', 'country'], '--because must say why'],
    [
      ['lists', 'add', 'DE', '--effect', 'block', '--by', 'country', ...because],
      'allow, challenge',
    ],
    [['lists', 'add', 'DE', '--effect', 'refuse', ...because], '--by is missing'],
    [
      ['lists', 'add', 'XX', '--effect', 'refuse', '--by', 'country', ...because],
      '<value> is not a',
    ],
    [
      ['lists', 'add', 'DE', '--effect', 'refuse', '--by', 'country', '--for', 'soon', ...because],
      '--for must be',
    ],
    [['lists', 'end', 'lst_1', ...because], 'give the id of an entry'],
    [['lists', 'show', '--by', 'planet'], '--by must be one of'],
  ])('countersign %j says what is wrong', async (words, said) => {
    const { status, err } = await run(...words)
    expect([status, err]).toEqual([2, expect.stringContaining(said)])
  })
})
