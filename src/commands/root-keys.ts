// countersign keys rewrap and forget: factors moved to the current root key, or removed where their key is lost.
// It must not touch what is under a key that the settings give, nor remove without a person's yes, or a program's --yes.

import type { UnderKey } from '../factors/ports.ts'
import {
  describeUnderKey,
  type Rewrapped,
  rewrapFactors,
  underMissingKeys,
} from '../factors/root-keys.ts'
import { createKeyring } from '../kernel/keyring.ts'
import { rewrapEntries } from '../shield/lists.ts'
import type { Store } from '../storage/store.ts'
import { rewrapSuppressions } from '../verification/suppress.ts'
import {
  type Command,
  EXIT,
  type Given,
  interruptible,
  JSON_OPTION,
  refuseUnconfirmed,
  type Terminal,
  toJson,
  UsageError,
  YES_OPTION,
} from './command.ts'
import { clockOf, withStore } from './store.ts'
import { SERVICE_OPTION } from './verification-options.ts'

function describe({ moved, skipped, unknown, broken }: Rewrapped, left: number): string {
  const lines = [`${moved} moved, ${left} left under other keys.`]
  if (skipped > 0) lines.push(`${skipped} were changed by a service in the meantime.`)
  for (const [keyId, count] of unknown)
    lines.push(
      `${count} cannot be opened: their root key ${keyId} is not in SECRET_KEY_PREVIOUS. Add it and run this again; if it is permanently lost: countersign keys forget ${keyId}`,
    )
  for (const id of broken)
    lines.push(`${id} cannot be opened: it is damaged. Delete it (DELETE /factors/${id}).`)
  return `${lines.join('\n')}\n`
}

function describePeople(what: string, { moved, left }: { moved: number; left: number }): string {
  const notMoved = left > 0 ? `, ${left} cannot be opened: their root key is missing` : ''
  return moved + left === 0 ? '' : `${what}: ${moved} moved${notMoved}.\n`
}

export const rewrapCommand: Command = {
  words: 'keys rewrap',
  summary:
    'Moves authenticator apps, recovery codes, suppressions and list entries to the current root key.',
  options: JSON_OPTION,
  notes: `Run it with the service's environment, once every node has the new SECRET_KEY and
the old one in SECRET_KEY_PREVIOUS. Services can keep running. It can be stopped and
run again: it continues with what is left. Once it reports that nothing is left, no
factor needs the old key. (docs/operations.md, "A new root key".)`,
  run: (given, terminal) =>
    withStore(terminal, async (store, config) => {
      const { createProgressLine } = await import('./table.ts')
      const keyring = createKeyring(config.secretKeys)
      const line = createProgressLine(terminal, 'factors')
      const stopped = 'Stopped. What was moved stays: run the same command again to continue.'
      return interruptible(terminal, stopped, async (stop) => {
        const result = await rewrapFactors({
          factors: store.factors,
          keyring,
          onProgress(progress) {
            line.show({ name: 'rewrapping', ...progress })
            stop.throwIfAborted()
          },
        }).finally(line.end)
        const recipients = await rewrapSuppressions({
          suppressions: store.suppressions,
          ...{ keyring, stop },
        })
        const entries = await rewrapEntries({ store: store.lists, ...{ keyring, stop } })
        const left = await store.factors.countNotUnder(keyring.currentKeyId)
        const { unknown, ...counts } = result
        const summary = {
          ...{ ...counts, left, unknown_keys: Object.fromEntries(unknown) },
          suppressions: recipients,
          list_entries: entries,
        }
        const people = `${describePeople('Suppressed recipients', recipients)}${describePeople('Entries of the lists', entries)}`
        const text = `${describe(result, left)}${people}`
        terminal.out(given.flag('json') ? toJson(summary) : text)
        return left + recipients.left + entries.left === 0 ? EXIT.ok : EXIT.failed
      })
    }),
}

/** Each is a transaction of its own, so that the command can be stopped anywhere. */
const BATCH = 100

async function forgetAll(
  { factors }: Store,
  of: { keyId: string; service: string | null; now: number },
): Promise<number> {
  const actor = { service: '', keyId: 'command', clientIp: null, userAgent: null }
  for (let removed = 0; ; ) {
    const batch = await factors.forget({ ...of, actor, limit: BATCH })
    removed += batch
    if (batch === 0) return removed
  }
}

const describeFactors = (row: UnderKey) => describeUnderKey({ ...row, verifications: 0 })

/** Nothing to remove: the keys that are missing. */
function describeMissing(rows: readonly UnderKey[], keyId: string): string {
  const lines = rows.map((row) => `  ${row.keyId}: ${describeFactors(row)}\n`)
  const rest = lines.length > 0 ? `Missing keys:\n${lines.join('')}` : 'No key is missing.\n'
  return `No factor is under a missing root key ${keyId}. ${rest}`
}

function forget(given: Given, terminal: Terminal): Promise<number> {
  const [keyId = ''] = given.positionals
  const service = given.text('service') ?? null
  return withStore(terminal, async (store, config) => {
    const keyring = createKeyring(config.secretKeys)
    if (keyring.keyIds.includes(keyId))
      throw new UsageError(
        `the root key ${keyId} is not lost: the settings give it. To move factors to the current key: countersign keys rewrap`,
      )
    const now = (await clockOf(store)).now()
    const missing = await underMissingKeys({ rootKeys: store.rootKeys, keyring, now })
    const all = missing.filter(({ factors }) => factors > 0)
    const rows = all.filter(
      (row) => row.keyId === keyId && (service ?? row.service) === row.service,
    )
    if (rows.length === 0) {
      terminal.err(describeMissing(all, keyId))
      return EXIT.failed
    }
    const question = `Permanently remove ${rows.map(describeFactors).join(', ')}? Only the root key ${keyId} could open them.`
    const refused = await refuseUnconfirmed(given, terminal, question)
    if (refused !== undefined) return refused
    const removed = await forgetAll(store, { keyId, service, now })
    terminal.out(given.flag('json') ? `${JSON.stringify({ removed })}\n` : `${removed} removed.\n`)
    return EXIT.ok
  })
}

export const forgetCommand: Command = {
  words: 'keys forget',
  operands: ['key-id'],
  summary: 'Removes authenticator apps and recovery codes whose root key is lost.',
  options: { ...SERVICE_OPTION, ...YES_OPTION, ...JSON_OPTION },
  notes: `Factors under a lost key cannot be opened, and nobody can know whose they are: while one
exists, users of its service who have no other factor cannot start with one (503).
Look for the key first: with it in SECRET_KEY_PREVIOUS, countersign keys rewrap keeps
them. Users whose factors are removed must enroll again. The key's id is in the
warning at the service's start, and on the page Health. Each removal is logged
(factor.deleted, by "command"). (docs/operations.md, "A root key that is lost".)`,
  run: forget,
}
