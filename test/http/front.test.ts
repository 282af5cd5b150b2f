// GET /: whoever types the address finds the pages.

import { afterEach, expect, it } from 'vitest'
import { type Double, startDouble } from './double.ts'

const inbox = { list: () => [], subscribe: () => () => {} }
let double: Double
afterEach(() => double.close())

async function pathsFrom(base: string): Promise<string[]> {
  const text = await (await fetch(base)).text()
  return [...text.matchAll(/href="([^":]+)"/g)].map(([, to]) => new URL(to ?? '', base).pathname)
}

it('C18: / leads to console, documentation and readiness, and each of them is there', async () => {
  double = await startDouble()
  const paths = await pathsFrom(`${double.server.url}/`)
  expect(paths).toEqual(['/admin', '/docs', '/llms.txt', '/readyz'])
  for (const path of paths) {
    const { status } = await fetch(double.server.url + path, { redirect: 'manual' })
    expect([path, status < 400]).toEqual([path, true])
  }
})

it('C18: / names the inbox where there is one', async () => {
  double = await startDouble({ inbox })
  expect(await pathsFrom(`${double.server.url}/`)).toContain('/dev/inbox')
})

it('C18: / is a page with a policy of its own, the same for everybody, and for GET and HEAD alone', async () => {
  double = await startDouble()
  const first = await fetch(`${double.server.url}/`)
  expect([first.status, first.headers.get('content-type')]).toEqual([
    200,
    'text/html; charset=UTF-8',
  ])
  expect(first.headers.get('content-security-policy')).toMatch(
    /^default-src 'none'.*style-src 'sha256-[^']+'; img-src data:$/,
  )
  const text = await first.text()
  expect(text).not.toMatch(/<script|href="\//)
  expect(await (await fetch(`${double.server.url}/?x=1`)).text()).toBe(text)
  expect((await fetch(`${double.server.url}/`, { method: 'HEAD' })).status).toBe(200)
  const posted = await fetch(`${double.server.url}/`, { method: 'POST' })
  expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  expect(double.lines.join('')).toContain('"route":"/"')
})
