// C74: the console's words are those that support uses: none that a native speaker stumbles over.

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const SRC = join(import.meta.dirname, '../../src')
const STUMBLES =
  /\banew\b|good for nothing|\bcan not\b|is no form|is no key|by itself\b|under way\b|\bat fault\b|the person starts|\btold\b|\btells\b|\bof before\b|\bgoes on\b|\bis gone\b|\bwas typed\b|\btook the message\b/i
const COMMENT = /^\s*(?:\/\/|\/\*\*|\*).*$|\/\/ mutants?:.*$/gm

it('C74: no page has a phrase that a native speaker stumbles over', () => {
  const files = globSync('{admin,console}/**/*.{js,ts}', { cwd: SRC })
  expect(files.length).toBeGreaterThan(30)
  for (const name of files) {
    const said = readFileSync(join(SRC, name), 'utf8').replaceAll(COMMENT, '')
    expect([name, STUMBLES.exec(said)?.[0]]).toEqual([name, undefined])
  }
})
