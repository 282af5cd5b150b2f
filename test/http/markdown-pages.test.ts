// docs/ as Markdown, and its list for assistants: complete, with links that lead somewhere, and no way to another file.

import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join, posix } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createMarkdownPages } from '../../src/http/markdown-pages.ts'
import { type Double, startDouble } from './double.ts'

const ROOT = join(import.meta.dirname, '../..')
const PAGES = globSync('docs/**/*.md', { cwd: ROOT }).sort()
const LINK = /\[[^\]]*\]\((?!https?:|#)([^)\s#]+)[^)]*\)/g

let double: Double
beforeAll(async () => {
  double = await startDouble()
})
afterAll(() => double.close())

async function read(path: string) {
  const answer = await fetch(`${double.server.url}/${path}`)
  return {
    status: answer.status,
    type: answer.headers.get('content-type'),
    text: await answer.text(),
  }
}
/** The path as it is written: fetch would resolve its dots. */
const rawGet = (path: string) =>
  new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    const { hostname, port } = new URL(double.server.url)
    const asked = request({ hostname, port, path }, (answer) => {
      let body = ''
      answer.on('data', (chunk) => {
        body += chunk
      })
      answer.on('end', () => resolve({ status: answer.statusCode, body }))
    })
    asked.on('error', reject).end()
  })
const linksOf = (text: string) => [...text.matchAll(LINK)].map(([, target = '']) => target)

describe('llms.txt', () => {
  it('C97: lists every page of docs/ once, in the form of llmstxt.org', async () => {
    const { status, type, text } = await read('llms.txt')
    expect([status, type]).toEqual([200, 'text/plain; charset=utf-8'])
    const [title, , summary] = text.split('\n')
    expect(title).toBe('# Countersign')
    expect(summary).toMatch(/^> \S/)
    // After the first section there is nothing but sections and their lists.
    const [, rest = ''] = text.split(/^(?=## API$)/m)
    for (const line of rest.split('\n').filter(Boolean))
      expect(line).toMatch(/^## \S|^- \[[^\]]+\]\([^)]+\)(?:: \S.*)?$/)
    const listed = linksOf(text).filter((target) => target.endsWith('.md'))
    expect(listed.toSorted()).toEqual(PAGES)
  })

  it('leads to pages that are there', async () => {
    for (const target of linksOf((await read('llms.txt')).text))
      expect([target, (await read(target)).status]).toEqual([target, 200])
  })
})

describe('a page of docs/', () => {
  it('C97: is served as Markdown, and what it links to is served, too', async () => {
    for (const page of PAGES) {
      const { status, type, text } = await read(page)
      expect([page, status, type]).toEqual([page, 200, 'text/markdown; charset=utf-8'])
      for (const target of linksOf(
        text.replaceAll(/^```.*?^```$/gms, '').replaceAll(/`[^`\n]*`/g, ''),
      ))
        expect(PAGES).toContain(posix.join(posix.dirname(page), target))
    }
    const { text } = await read('docs/login-flow.md')
    expect(text).toMatch(/^# Calling it from a login flow\n/)
    expect(text).toContain('[the challenge](shield.md#the-challenge)')
  })

  it.each([
    '/docs/../README.md',
    '/docs/..%2fREADME.md',
    '/docs/%2e%2e/README.md',
    '/docs/move-in/..%2flogin-flow.md',
    '/docs/move-in%2f..%2flogin-flow.md',
    '/docs/%2e%2e%5cREADME.md',
    '/docs/login-flow%00.md',
    '/docs/constructor.md',
    '/docs/.md',
    '/docs/openapi.json',
    '/docs/login-flow',
    '/docs/LOGIN-FLOW.md',
  ])('C97: %s is 404', async (path) => {
    const { status, body } = await rawGet(path)
    expect([status, JSON.parse(body).error]).toEqual([404, 'not_found'])
  })

  it('C97: is read once, and again after a failure', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'docs-'))
    const file = join(folder, 'one.md')
    writeFileSync(file, '# One\n[out](../README.md) [in](one.md#a) [web](https://a.example)\n')
    const pages = await createMarkdownPages(folder)
    rmSync(file)
    await expect(pages.page('one')).rejects.toThrow('ENOENT')
    writeFileSync(file, '# One\n[out](../README.md) [in](one.md#a) [web](https://a.example)\n')
    const first = await pages.page('one')
    expect(Buffer.from(first ?? []).toString()).toBe(
      '# One\nout [in](one.md#a) [web](https://a.example)\n',
    )
    writeFileSync(file, '# Another\n')
    expect(await pages.page('one')).toBe(first)
    expect(pages.page('two')).toBe(undefined)
    rmSync(folder, { recursive: true })
  })

  it('C97: the image has them', () => {
    const ignored = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n')
    expect(ignored).toContain('!docs')
    expect(readFileSync(join(ROOT, 'Dockerfile'), 'utf8')).toContain('\nCOPY docs docs\n')
  })
})
