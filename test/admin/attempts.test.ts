// The page of attempts over HTTP: its filters, its pages, what a key of one service sees, hostile addresses.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mask } from '../../src/admin/recipients.ts'
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

const referencesIn = ({ text }: { text: string }) =>
  [...text.matchAll(/<th scope="row" role="rowheader"><span class="mono">([^<]+)</g)].map(
    (one) => one[1],
  )

async function find(text: string): Promise<string> {
  const form_token = formTokenOf(await visitor.get('/admin/attempts'))
  const { location } = await visitor.post('/admin/attempts/find', { find: text, form_token })
  return location ?? ''
}

describe('attempts', () => {
  it('come page by page, each once', async () => {
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

  it('are filtered by what became of them', async () => {
    const { body } = await real.start({ to: 'bob@example.com' })
    await real.client.post(`/verify/${body.id}/cancel`, {})
    expect(referencesIn(await visitor.get('/admin/attempts?status=canceled'))).toEqual([
      body.reference,
    ])
    expect(referencesIn(await visitor.get('/admin/attempts?status=approved'))).toEqual([])
    expect(referencesIn(await visitor.get(`${await find(body.id)}&channel=sms`))).toEqual([])
    expect(referencesIn(await visitor.get(`${await find(body.id)}&channel=email`))).toEqual([
      body.reference,
    ])
  })

  it('stand any text in the address', async () => {
    const hostile = encodeURIComponent(`"><script>alert(1)</script>`)
    for (const name of ['provider', 'country', 'recipient', 'reference', 'status', 'service']) {
      const { status, text } = await visitor.get(`/admin/attempts?${name}=${hostile}&cursor=`)
      expect([name, status]).toEqual([name, 200])
      expect(text).not.toContain('<script>alert')
    }
    expect((await visitor.get('/admin/attempts?cursor=x')).status).toBe(400)
    expect(await find(`<script>`)).toBe('/admin/attempts?nothing')
    expect(referencesIn(await visitor.get('/admin/attempts?recipient=AAAA'))).toEqual([])
  })
})

describe('a masked recipient', () => {
  it.each([
    ['+14155552671', '+141•••71'],
    ['ann@example.com', 'a•••@example.com'],
    ['"a@b"@example.com', '"•••@example.com'],
    ['😀x@example.com', '😀•••@example.com'],
  ])('%s', (recipient, masked) => expect(mask(recipient)).toBe(masked))
})
