// C74: what users, operators, admins and developers read holds no phrase that a native speaker stumbles over.

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '..')

/** Phrases that are stumbled over, each with the words that take their place. */
const STUMBLES: readonly (readonly [phrase: RegExp, instead: string])[] = [
  [/\banew\b/i, 'again'],
  [/\bcan not\b/i, 'cannot'],
  [/\bin the midst\b/i, 'during'],
  [/\bof before\b(?!\))/i, 'previous'],
  [/\bby (?:itself|themselves)\b/i, 'automatically, on its own'],
  [/\bbesides\b/i, 'in addition'],
  [/\ball the same\b/i, 'anyway'],
  [/\bfares?\b/i, 'behaves'],
  [/\bat fault\b/i, 'invalid'],
  [/\bgood for (?:nothing|once)\b|\b(?:is|are|was) good\b/i, 'works, is valid'],
  [/\bunder way\b/i, 'in progress'],
  [/\bgo(?:es)? on\b|\bgoing on\b/i, 'continues'],
  [/\bonce more\b/i, 'again'],
  [/\bis gone\b/i, 'no longer exists'],
  [/\b(?:is|are|was|were) away\b/i, 'is down'],
  [/\bin clear\b/i, 'in plaintext'],
  [/\bbut for\b/i, 'except'],
  [/\bmay (?:never )?have been\b(?! )/i, 'may have existed'],
  [/(?<!there )\bis no (?:form|key|database|name|number|address|secret|login)\b/i, 'is not a …'],
  [/\btook the message\b|\bwas typed\b|\bthe person starts\b/i, 'accepted, was entered, the user'],
  [/\b(?:is|are) (?:asked whether|looked at|looked whether)\b/i, 'is checked'],
]
/** A system reports, reveals, shows, lists and records. */
const TALKS = /\b(?:tells?|told|telling)\b/i
/** A statement never begins with a relative clause: its subject is a noun. */
const CLAUSE_FIRST = /(?:^|[.:;] )(?:Who|Whom|Whose) [a-z]+ [a-z ]+(?:[.,;]|$)/m

const MARKER = / *\/\/ mutants?: .*$/gm
const COMMENT = /^\s*(?:\/\/|\/\*\*|\*).*$/gm

const filesOf = (...patterns: string[]) =>
  globSync(patterns, { cwd: ROOT }).filter((name) => !/node_modules|testing\.md$/.test(name))
const read = (name: string) => readFileSync(join(ROOT, name), 'utf8').replaceAll(MARKER, '')

function stumblesIn(text: string): string[] {
  return STUMBLES.flatMap(([phrase, instead]) => {
    const found = phrase.exec(text)?.[0]
    return found === undefined ? [] : [`${found}: ${instead}`]
  })
}

const wordsIn = (name: string, text: string, ...more: RegExp[]) =>
  [...stumblesIn(text), ...more.flatMap((words) => words.exec(text)?.[0] ?? [])].map(
    (found) => `${name}: ${found}`,
  )

/** Not what is generated from the API's own descriptions, which docs/openapi.json is checked for. */
const PROGRAM = ['src/**/*.{ts,js}', 'packages/*/src/**/!(api).ts']

it('C74: no text or comment of the program is stumbled over: errors, commands, console, API', () => {
  const files = filesOf(...PROGRAM)
  expect(files.length).toBeGreaterThan(200)
  expect(files.flatMap((name) => wordsIn(name, read(name)))).toEqual([])
})

/** Texts of the program: not its names, nor its SQL. */
const TEXT = /(?<!sql)(?:'[^'\n]* [^'\n]*'|"[^"\n]* [^"\n]*"|`[^`]* [^`]*`)/g

it('C74: in no text of the program does a system talk', () => {
  const files = filesOf(...PROGRAM)
  const texts = files.map((name) =>
    (read(name).replaceAll(COMMENT, '').match(TEXT) ?? []).join('\n'),
  )
  expect(texts.join('').length).toBeGreaterThan(50_000)
  expect(files.flatMap((name, i) => wordsIn(name, texts[i] ?? '', TALKS))).toEqual([])
})

it('C74: no document is stumbled over, and in none a system talks', () => {
  const files = filesOf(
    'README.md',
    'ARCHITECTURE.md',
    'SECURITY.md',
    'docs/**/*.{md,json}',
    'skills/**/*.md',
    'deploy/**/*.*',
    'examples/**/*.{md,mjs}',
    'packages/*/*.md',
  )
  expect(files.length).toBeGreaterThan(10)
  expect(files).toContain('ARCHITECTURE.md')
  expect(files.flatMap((name) => wordsIn(name, read(name), TALKS, CLAUSE_FIRST))).toEqual([])
})

it.each([
  'The person starts anew.',
  'It is tried again by itself.',
  'The code is good for nothing.',
  'The store can not be asked now.',
  'nodes in the midst of a rotation',
  'Root secrets of before',
  'Redis is away',
  'This is no key for the console',
])('C74: the words themselves: %s', (sentence) => {
  expect(stumblesIn(sentence)).not.toEqual([])
})
