// The package as npm gets it: packed, installed into an empty folder, imported by a server, typed; and what it weighs.

import { execFileSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { LONG } from '../../../test/long.ts'

const PACKAGE = join(import.meta.dirname, '..')
const ROOT = join(PACKAGE, '../..')
/** Minified and compressed, with everything that a page in English loads. */
const MAX_BYTES = 8 * 1024

let folder: string
const inFolder = (command: string, ...words: string[]) =>
  execFileSync(command, words, { cwd: folder, encoding: 'utf8', stdio: 'pipe' })

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'element-'))
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: PACKAGE })
  const [tarball = ''] = globSync('*.tgz', { cwd: folder })
  writeFileSync(join(folder, 'package.json'), '{ "type": "module", "private": true }')
  inFolder('npm', 'install', '--offline', '--no-audit', '--no-fund', `./${tarball}`)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const installed = (name: string) => join(folder, 'node_modules/@countersign/element', name)

it('C88: the tarball has what a page and a compiler need, and nothing else', () => {
  const files = globSync('**/*.*', { cwd: installed('.') }).concat(
    globSync('LICENSE', { cwd: installed('.') }),
  )
  expect(files).toEqual(
    expect.arrayContaining([
      ...['LICENSE', 'README.md', 'dist/define.d.ts', 'dist/index.d.ts', 'dist/index.js'],
    ]),
  )
  expect(files.filter((name) => /\.test\.|^src|^test|node_modules|\.map$/.test(name))).toEqual([])
})

it('C88: a server imports it without a page, and nothing happens', () => {
  writeFileSync(
    join(folder, 'server.js'),
    `import '@countersign/element'
import { define, CountersignCode } from '@countersign/element/define'
define('my-code')
console.log(typeof CountersignCode, typeof globalThis.customElements)`,
  )
  expect(inFolder(process.execPath, 'server.js').trim()).toBe('function undefined')
})

it.runIf(LONG)('C88: its types name the tag, the events and what they carry', () => {
  writeFileSync(
    join(folder, 'page.ts'),
    `import '@countersign/element'
import { define, type CountersignCode } from '@countersign/element/define'
define('my-code')
const element = document.createElement('countersign-code')
element.token = 'vt_x'
element.texts = { code: 'Your code' }
const same: CountersignCode = element
same.addEventListener('countersign:approved', ({ detail }) => {
  const code: string | null = detail.approval
  // @ts-expect-error a status lets nobody in: there is none in the event
  detail.status
  return code
})
document.addEventListener('countersign:ended', ({ detail }) => detail.status satisfies string)
`,
  )
  const options = ['--strict', '--noEmit', '--lib', 'es2022,dom', '--module', 'nodenext']
  inFolder(process.execPath, join(ROOT, 'node_modules/typescript/bin/tsc'), ...options, 'page.ts')
})

it(`C88: it weighs less than ${MAX_BYTES} bytes, minified and compressed`, () => {
  // What index.js imports at once; a language is loaded by pages in that language.
  const texts = ['index.js', 'chunk.js'].map((name) => readFileSync(installed(`dist/${name}`)))
  expect(texts[0]?.toString()).toContain('./chunk.js')
  const bytes = gzipSync(Buffer.concat(texts), { level: 9 }).length
  console.log(`@countersign/element: ${bytes} bytes of ${MAX_BYTES}`)
  expect(bytes).toBeLessThan(MAX_BYTES)
  expect(bytes).toBeGreaterThan(MAX_BYTES / 2)
})
