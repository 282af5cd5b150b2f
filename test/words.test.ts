// C74: what users, operators and admins read holds no phrase that a native speaker stumbles over.

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const STUMBLES =
  /\banew\b|\bcan not\b|\bin the midst\b|\b(?:ends|stops|starts|code) by itself\b|\bof before\b(?!\))|\bat fault\b|\bgood for nothing\b/i
/** A system shows, reports, lists and records. */
const TALKS = /\b(?:tells|told)\b/i
const COMMENT = /^\s*(?:\/\/|\/\*\*|\*).*$/gm

const filesOf = (...patterns: string[]) =>
  globSync(patterns, { cwd: ROOT }).filter((name) => !/node_modules|testing\.md$/.test(name))
const read = (name: string) => readFileSync(join(ROOT, name), 'utf8')

it('C74: no sentence of the program is stumbled over', () => {
  const files = filesOf('src/**/*.ts')
  expect(files.length).toBeGreaterThan(200)
  const found = files.map((name) => [name, STUMBLES.exec(read(name).replaceAll(COMMENT, ''))?.[0]])
  expect(found.filter(([, phrase]) => phrase !== undefined)).toEqual([])
})

it('C74: no document is stumbled over, and in none a system talks', () => {
  const files = filesOf(
    'README.md',
    'SECURITY.md',
    'docs/*.{md,json}',
    'deploy/**/*.*',
    'examples/**/*.md',
  )
  expect(files.length).toBeGreaterThan(10)
  const found = files.flatMap((name) =>
    [STUMBLES, TALKS].map((words) => {
      const text = read(name)
      return [name, words.exec(text)?.[0]]
    }),
  )
  expect(found.filter(([, phrase]) => phrase !== undefined)).toEqual([])
})
