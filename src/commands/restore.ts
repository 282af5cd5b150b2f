// countersign restore: an older copy in the place of the SQLite store, with what it would make good again made of no use.
// It must not run while a service has the store open.

import { resolve } from 'node:path'
import { MIGRATIONS_FOLDER } from '../paths.ts'
import type { Restored } from '../storage/sqlite/restore.ts'
import { type Command, EXIT, UsageError } from './command.ts'
import { withSqlitePath } from './sqlite-place.ts'

/** As the log names what was done by command. */
const BY_COMMAND = 'command'

const NOTES = `Stop the service first. The copy goes back in time: what was used since would be good
again. So --void-pending cancels every verification that was open when it was made,
and people who were signing in start again. In addition:
- steps of authenticator apps count as used up to now: the next code works after a
  minute or so;
- recovery codes, sets of them and API keys that were used, replaced or revoked since
  stay so, as far as the store that is replaced can be read. Where it cannot, all
  recovery codes are voided (people make new ones), or stay as they are with
  --keep-recovery-codes;
- the console's sessions end. Apps that were removed since are back, and named.
limits.db is left as it is. Guesses made since the copy are not counted. The store as
it was is kept beside the new one. (docs/operations.md, "Backup and restore".)`

/** In a sentence; --json has them all. */
const MAX_LISTED = 20
const listIds = (ids: readonly string[]) =>
  [
    ...ids.slice(0, MAX_LISTED),
    ...(ids.length > MAX_LISTED ? [`and ${ids.length - MAX_LISTED} more (--json)`] : []),
  ].join(', ')

const countOf = (count: number, one: string, many = `${one}s`) =>
  `${count} ${count === 1 ? one : many}`

function describe({ voided, isSinceKnown, keptAs, copiedAt }: Restored, path: string): string {
  const { verifications, apps, appsBack, recoveryCodes, apiKeys, keysBack, adminSessions } = voided
  const codes = countOf(recoveryCodes, 'recovery code')
  const lines = [
    copiedAt === 0
      ? `${resolve(path)} is as the copy was: nothing had happened in it yet.`
      : `${resolve(path)} is as it was at ${new Date(copiedAt).toISOString()} (the newest time in it).`,
    `Canceled: ${countOf(verifications, 'open verification')}. Steps count as used: ${countOf(apps, 'authenticator app')}.`,
    isSinceKnown
      ? `Used or revoked since, and so again: ${codes}, ${countOf(apiKeys, 'API key')}.`
      : `The store before is lost or damaged, or began after the copy, so nobody knows what was used since: ${codes} voided. Check countersign keys list, and revoke again.`,
    `Console sessions ended: ${adminSessions}.`,
  ]
  if (appsBack?.length)
    lines.push(
      `Authenticator apps that were removed since are back; remove again what is not wanted: ${listIds(appsBack)}.`,
    )
  if (keysBack?.length)
    lines.push(
      `API keys that the store before did not know are good; revoke what is not wanted: ${listIds(keysBack)}.`,
    )
  if (keptAs) lines.push(`The store before is kept as ${keptAs}: remove it once it is not needed.`)
  return `${lines.join('\n')}\n`
}

function toWire({ voided, isSinceKnown, keptAs, copiedAt }: Restored, path: string) {
  const { verifications, apps, appsBack, recoveryCodes, apiKeys, keysBack, adminSessions } = voided
  return {
    store: resolve(path),
    copied_at: copiedAt === 0 ? null : new Date(copiedAt).toISOString(),
    kept_as: keptAs,
    since_known: isSinceKnown,
    voided: {
      verifications,
      apps,
      apps_back: appsBack,
      recovery_codes: recoveryCodes,
      api_keys: apiKeys,
      keys_back: keysBack,
      admin_sessions: adminSessions,
    },
  }
}

export const restoreCommand: Command = {
  words: 'restore',
  summary: 'Puts a backup in the place of the SQLite store, and cancels what was open in it.',
  options: {
    from: { type: 'string', value: '<path>', description: 'The copy that countersign backup made' },
    'void-pending': {
      type: 'boolean',
      description: 'Needed: cancels what was open in the copy, so that no used code is good again',
    },
    'keep-recovery-codes': {
      type: 'boolean',
      description: 'Where nobody knows which were used since: leave them good',
    },
    json: { type: 'boolean', description: 'Answer as JSON' },
  },
  notes: NOTES,
  async run(given, terminal) {
    const from = given.text('from')
    if (!from) throw new UsageError('--from is missing: the copy that countersign backup made')
    // mutant: C72.restore-cancel-notice
    if (!given.flag('void-pending'))
      throw new UsageError(
        '--void-pending is missing: without it, a code that was used since the copy would be good again',
      )
    return withSqlitePath(terminal, async (path) => {
      const { restore } = await import('../storage/sqlite/restore.ts')
      const restored = await restore({
        ...{ from, path, migrationsFolder: MIGRATIONS_FOLDER, keyId: BY_COMMAND },
        keepRecoveryCodes: given.flag('keep-recovery-codes'),
        nowMs: Date.now(),
      })
      if (given.flag('json')) terminal.out(`${JSON.stringify(toWire(restored, path), null, 2)}\n`)
      else terminal.err(describe(restored, path))
      return EXIT.ok
    })
  },
}
