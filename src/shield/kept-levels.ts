// A level as the store has it: whom it has met is sealed, bound to what it counts.
// It must not fail where the root key no longer exists: such a level has met nobody, and counts on.

import type { Keyring } from '../kernel/keyring.ts'
import { levelContext } from '../kernel/sealing.ts'
import { rounded } from './levels.ts'
import type { KeptLevel, Level, LevelKey, MetLately } from './log-ports.ts'

const contextOf = ({ rule, service, value }: LevelKey) => levelContext(rule, service, value)

export function keepLevel(keyring: Pick<Keyring, 'seal'>, key: LevelKey, level: Level): KeptLevel {
  const { people, ...sums } = rounded(level)
  const sealed = () => keyring.seal(JSON.stringify(people), contextOf(key)).toString('base64url')
  return { ...sums, people: people.length === 0 ? null : sealed() } // mutant: C84.people-sealed
}

function openPeople(keyring: Pick<Keyring, 'open'>, key: LevelKey, sealed: string): MetLately[] {
  try {
    return JSON.parse(keyring.open(Buffer.from(sealed, 'base64url'), contextOf(key)))
  } catch {
    return []
  }
}

export function openLevel(
  keyring: Pick<Keyring, 'open'>,
  key: LevelKey,
  { people, ...sums }: KeptLevel,
): Level {
  return { ...sums, people: people === null ? [] : openPeople(keyring, key, people) }
}
