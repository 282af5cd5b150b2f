// The page of verifications over HTTP: its filters, its pages, what a key of one service sees, hostile addresses.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mask } from '../../src/kernel/mask.ts'
import { ADMIN_KEY, type Real, startReal } from '../http/real.ts'
import { createVisitor, formTokenOf, type Visitor } from './visitor.ts'

let real: Real
let visitor: Visitor
beforeAll(async () => {
  real = await startReal({
    LIMIT_SENDS_PER_NUMBER_BURST: 'off',
    LIMIT_GUESSES_PER_NUMBER_HOUR: 'off',
    LIMIT_GUESSES_PER_NUMBER_DAY: 'off',
    LIMIT_SENDS_PER_NUMBER_DAY: 'off',
    LIMIT_SENDS_PER_PREFIX_HOUR: 'off',
  })
  visitor = createVisitor(real.url)
  await visitor.post('/admin/session', { key: ADMIN_KEY })
})
afterAll(() => real.close())

const NAMES = [
  ...['provider', 'country', 'recipient', 'reference', 'status', 'service', 'delivery', 'channel'],
  ...['span', 'from', 'to', 'nothing', 'anything'],
]

const referencesIn = ({ text }: { text: string }) =>
  [
    ...text.matchAll(
      /role="rowheader"><a class="mono" href="\/admin\/verifications\/vrf_\w+">([^<]+)</g,
    ),
  ].map((one) => one[1])

async function find(text: string): Promise<string> {
  const form_token = formTokenOf(await visitor.get('/admin/verifications'))
  const { location } = await visitor.post('/admin/verifications/find', { find: text, form_token })
  return location ?? ''
}

describe('verifications', () => {
  it('come slice by slice, each once', async () => {
    const made: string[] = []
    for (let i = 0; i < 55; i += 1)
      made.unshift((await real.start({ to: 'ann@example.com' })).body.reference)
    const seen: (string | undefined)[] = []
    let path: string | undefined = await find('Ann@example.com')
    while (path !== undefined) {
      const page = await visitor.get(path)
      expect(page.status).toBe(200)
      seen.push(...referencesIn(page))
      path = /rel="next" href="([^"]+)"/.exec(page.text)?.[1]?.replaceAll('&amp;', '&')
    }
    expect(seen.toSorted()).toEqual(made.toSorted())
  })

  it('are filtered by outcome', async () => {
    const { body } = await real.start({ to: 'bob@example.com' })
    await real.client.post(`/verify/${body.id}/cancel`, {})
    expect(referencesIn(await visitor.get('/admin/verifications?status=canceled'))).toEqual([
      body.reference,
    ])
    expect(referencesIn(await visitor.get('/admin/verifications?status=approved'))).toEqual([])
    const found = await find('bob@example.com')
    expect(referencesIn(await visitor.get(`${found}&channel=sms`))).toEqual([])
    expect(referencesIn(await visitor.get(`${found}&channel=email`))).toEqual([body.reference])
  })

  it('are filtered by time: relative or exact spans, and the address records which', async () => {
    const { body } = await real.start({ to: 'cleo@example.com' })
    const found = await find('cleo@example.com')
    const minute = (at: number) => new Date(at).toISOString().slice(0, 16)
    const [before, after] = [minute(Date.now() - 60_000), minute(Date.now() + 60_000)]
    for (const [query, isThere] of [
      ['span=hour', true],
      ['span=week', true],
      ['span=century', true],
      [`from=${before}&to=${after}`, true],
      [`from=${after}`, false],
      [`to=${before}`, false],
      ['from=2026-99-99T00:00', true],
      [`from=${before}:00`, true],
    ] as const) {
      const page = await visitor.get(`${found}&${query}`)
      expect([query, referencesIn(page)]).toEqual([query, isThere ? [body.reference] : []])
    }
    const chosen = await visitor.get(`${found}&span=day`)
    expect(chosen.text).toMatch(/span=day" aria-current="true">1 day/)
    expect(
      (await visitor.get('/admin/verifications?span=day&from=2026-01-01T00:00&status=')).location,
    ).toBe('/admin/verifications?from=2026-01-01T00%3A00')
  })

  it('are found by reference and by id directly', async () => {
    const { body } = await real.start({ to: 'dora@example.com' })
    expect(await find(body.id)).toBe(`/admin/verifications/${body.id}`)
    expect(await find(body.reference.toLowerCase().replace('-', ''))).toBe(
      `/admin/verifications/${body.id}`,
    )
    expect(await find(body.id.replace(/.{4}$/, '0000'))).toBe('/admin/verifications?nothing=id')
    expect(await find('ABC-DEF')).toBe('/admin/verifications?reference=ABC-DEF')
  })

  it('lead to the verification and to the person, who is sealed', async () => {
    const { body } = await real.start({ to: 'emil@example.com' })
    const { text } = await visitor.get(await find('emil@example.com'))
    expect(text).toContain(`<tr role="row" data-id="${body.id}">`)
    expect(text).toMatch(/<a class="mono" href="\/admin\/person\?who=[\w-]{40,}">e•••@example.com</)
    expect(text).not.toContain('emil')
  })

  it('accept any text in the address', async () => {
    const hostile = encodeURIComponent(`"><script>alert(1)</script>`)
    for (const name of NAMES) {
      const { status, text } = await visitor.get(`/admin/verifications?${name}=${hostile}`)
      expect([name, status]).toEqual([name, 200])
      expect(text).not.toContain('<script>alert')
    }
    expect((await visitor.get('/admin/verifications?cursor=x')).status).toBe(400)
    expect(await find(`<script>`)).toMatch(/\?recipient=[\w-]{40,}&nothing=text$/)
    expect(await find(`subject:${'x'.repeat(5_000)}`)).toBe('/admin/verifications?nothing=text')
    expect(referencesIn(await visitor.get('/admin/verifications?recipient=AAAA'))).toEqual([])
  })
})

describe('a masked recipient', () => {
  it.each([
    ['+14155552671', '+141•••71'],
    ['ann@example.com', 'a•••@example.com'],
    ['"a@b"@example.com', '"•••@example.com'],
    ['😀x@example.com', '😀•••@example.com'],
    // Nothing turns the line that it stands in, or hides in a name that somebody else has.
    ['\u202eevil-user', '\ufffdevi•••er'],
    ['ad\u200bmin\u2066-1', 'ad\ufffdm•••-1'],
    ['\u2067ann@example.com\u202e', '\ufffd•••@example.com\ufffd'],
  ])('%s', (recipient, masked) => expect(mask(recipient)).toBe(masked))
})
