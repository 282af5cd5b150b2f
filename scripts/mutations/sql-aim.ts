// Whether a mutant of SQL changes what is in use: a function or view that a later migration makes anew is not.
// It must not guess: what has no name of its own (a table, an index) is left to the mutant's test.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Change } from './mutation.ts'

const FOLDER = 'drizzle/postgres'
const CREATED = /^CREATE (?:OR REPLACE )?(?:FUNCTION|VIEW) "?(\w+)"?/gm

type Place = { name: string; file: string }

/** `cs_lease_2` and `cs_lease_3` are versions of one. */
const baseOf = (name: string) => name.replace(/_\d+$/, '')

/** By base name, where the newest version is made; a migration's name begins with its number. */
function findNewest(): Map<string, Place> {
  const newest = new Map<string, Place>()
  const names = readdirSync(FOLDER).filter((name) => name.endsWith('.sql'))
  for (const file of names.sort().map((name) => join(FOLDER, name)))
    for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(CREATED))
      newest.set(baseOf(name), { name, file })
  return newest
}

/** @returns what is wrong with it; undefined: nothing is known to be */
export function createAimCheck(): (change: Change) => string | undefined {
  const newest = findNewest()
  return (change) => {
    if (!('file' in change) || !change.file.startsWith(`${FOLDER}/`)) return undefined
    const text = readFileSync(change.file, 'utf8')
    const before = text.slice(0, text.indexOf(change.find) + change.find.length)
    const name = [...before.matchAll(CREATED)].at(-1)?.[1]
    const now = name && newest.get(baseOf(name))
    if (!now || (now.name === name && now.file === change.file)) return undefined
    return `${change.file} has ${name}, in whose place is ${now.name} of ${now.file}`
  }
}
