// What the documents point to exists: links, their anchors, and the files that ARCHITECTURE names.

import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, matchesGlob } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PROVIDERS } from '../src/delivery/registry.ts'

const ROOT = join(import.meta.dirname, '..')
const DOCUMENTS = globSync(
  [
    '*.md',
    'docs/**/*.md',
    'skills/**/*.md',
    'scripts/**/*.md',
    'examples/**/*.md',
    'packages/*/*.md',
  ],
  {
    cwd: ROOT,
  },
).filter((name) => !name.includes('node_modules'))
/** What a reader of one login has to open. */
const MAX_FILES_ON_THE_WAY = 40

const read = (name: string) => readFileSync(join(ROOT, name), 'utf8')

/** The anchor that GitHub gives a heading. */
function anchorOf(heading: string): string {
  const text = heading.toLowerCase().replaceAll(/[^\p{Letter}\p{Number}\s_-]/gu, '')
  return text.trim().replaceAll(' ', '-')
}

function anchorsOf(name: string): Set<string> {
  const headings = read(name)
    .replaceAll(/^```.*?^```$/gms, '')
    .matchAll(/^#+ (.+)$/gm)
  return new Set([...headings].map(([, heading = '']) => anchorOf(heading)))
}

function brokenLinks(name: string): string[] {
  const text = read(name).replaceAll(/`[^`\n]*`/g, '')
  const links = [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)]
  return links
    .filter(([, path = '', anchor]) => {
      const target = path === '' ? name : join(dirname(name), path)
      if (!existsSync(join(ROOT, target))) return true
      return anchor !== undefined && !anchorsOf(target).has(anchor)
    })
    .map(([link]) => `${name}: ${link}`)
}

/** Paths in code marks, and names of files without their folder; `*` stands for a name. */
const pathsIn = (text: string) =>
  [
    ...text.matchAll(/`((?:(?:src|test|docs|drizzle|scripts|deploy)\/[\w./*-]*)|[\w./-]+\.ts)`/g),
  ].map(([, path = '']) => path)

/** Read once: a walk over the project for each of a thousand paths takes a minute. */
const FILES = globSync(
  ['*', '{src,test,scripts,docs,skills,drizzle,deploy,bench,examples,packages,.ci,bin}/**'],
  {
    cwd: ROOT,
    exclude: (name) => name === 'node_modules',
  },
)

function isThere(path: string): boolean {
  const bare = path.replace(/\/$/, '')
  if (!bare.includes('*')) {
    if (existsSync(join(ROOT, bare))) return true
    return FILES.some((file) => /^(src|test|scripts)\//.test(file) && file.endsWith(`/${bare}`))
  }
  return FILES.some(
    (file) => matchesGlob(file, bare) || matchesGlob(file, `{src,test,scripts}/**/${bare}`),
  )
}

describe('documents', () => {
  it('every link leads to a file, and to a heading of it', () => {
    expect(DOCUMENTS.length).toBeGreaterThan(12)
    expect(DOCUMENTS.flatMap(brokenLinks)).toEqual([])
  })

  it.each(DOCUMENTS.filter((name) => name !== 'CHANGELOG.md'))(
    '%s names only paths that exist',
    (name) => {
      expect(pathsIn(read(name)).filter((path) => !isThere(path))).toEqual([])
    },
  )

  it.each(PROVIDERS)('docs/providers.md describes $name by $channels', ({ settings }) => {
    const required = settings.filter((row) => row.default === undefined && !row.optional)
    const isNamed = (section: string) =>
      required.every(
        ({ name }) =>
          section.includes(`\`${name}`) || section.includes(name.replace(/_[A-Z]+$/, '_…')),
      )
    const sections = read('docs/providers.md').split(/^## /m)
    expect(sections.filter(isNamed)).not.toEqual([])
  })

  it('every room of src has its row in ARCHITECTURE', () => {
    const table = read('ARCHITECTURE.md').split('\n## Rooms')[1] ?? ''
    const rooms = globSync('src/*', { cwd: ROOT }).map((path) => path.slice('src/'.length))
    const named = (room: string) => table.includes(`\`${room}\``) || table.includes(`\`${room}/\``)
    expect(rooms.filter((room) => !named(room))).toEqual([])
  })

  it('one login is followed through few files', () => {
    const [, walk = ''] = read('ARCHITECTURE.md').split(/^## One login.*$/m)
    const files = new Set(
      pathsIn(walk.split('\n## ')[0] ?? '').filter((path) => path.endsWith('.ts')),
    )
    expect(files.size).toBeGreaterThan(20)
    expect(files.size).toBeLessThanOrEqual(MAX_FILES_ON_THE_WAY)
  })
})
