// Puts a finished file in the place of the store, and keeps what was there beside it.
// It must not leave a companion of the old file: its write-ahead log would be read into the new one.

import { existsSync, linkSync, renameSync } from 'node:fs'
import { COMPANIONS } from '../../kernel/file-fault.ts'
import { hasNoLinks } from './private-file.ts'

const filesOf = (path: string) =>
  ['', ...COMPANIONS].filter((suffix) => existsSync(`${path}${suffix}`)) // mutant: C72.companions-removed

/** Two restores within a second: what the first one kept is kept. */
function freeName(wanted: string): string {
  let name = wanted
  for (let n = 2; filesOf(name).length > 0; n += 1) name = `${wanted}-${n}`
  return name
}

/** Linked, the store is there at every moment: a service that is started after a kill finds the old one, not none. */
function keepWhole(path: string, aside: string): void {
  try {
    linkSync(path, aside) // mutant: C72.atomic-replace
  } catch (error) {
    if (!hasNoLinks(error)) throw error
    renameSync(path, aside)
  }
}

/** @returns where the store that was there is now, or what was left of it; null: nothing was */
export function takePlace(part: string, path: string, stamp: string): string | null {
  const [first, ...others] = filesOf(path)
  const aside = freeName(`${path}.before-${stamp}`)
  if (first === '' && others.length === 0) keepWhole(path, aside)
  else if (first !== undefined)
    for (const suffix of [first, ...others]) renameSync(`${path}${suffix}`, `${aside}${suffix}`)
  renameSync(part, path)
  return first === undefined ? null : `${aside}${first}`
}
