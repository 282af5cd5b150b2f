// countersign backup and restore: a copy of the SQLite store, and an older copy back in its place.
// It must not make used codes valid again: a restore voids what the copy would bring back.

import { statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { MIGRATIONS_FOLDER } from '../paths.ts'
import type { Restored } from '../storage/sqlite/restore.ts'
import {
  type Command,
  countOf,
  EXIT,
  flagOption,
  type Given,
  interruptible,
  JSON_OPTION,
  textOption,
  toJson,
  UsageError,
} from './command.ts'
import { withSqlitePath } from './store.ts'

/** In a folder the file is named by the time: for a job that runs every night. */
function destination(given: Given): string {
  const to = given.text('to')
  if (!to) throw new UsageError('--to is missing: a new file, or a folder')
  const isFolder = statSync(to, { throwIfNoEntry: false })?.isDirectory()
  if (!isFolder && to.endsWith('/'))
    throw new UsageError(`there is no folder ${to}: create it (mkdir -p), or name a new file`)
  if (!isFolder) return resolve(to)
  const stamp = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')
  return join(resolve(to), `countersign-${stamp}.db`)
}

export const backupCommand: Command = {
  words: 'backup',
  summary: 'Copies the SQLite store into one file, as it is at one moment, while the service runs.',
  options: {
    to: textOption('<path>', 'A new file, or a folder (the file is then named by the time)'),
    ...JSON_OPTION,
  },
  notes: `The copy is complete, checked and on disk before it gets its name, readable by its owner
alone. limits.db is not in it. Without SECRET_KEY it reveals no recipient and no code:
keep that key elsewhere. PostgreSQL has backups of its own.
Put it back with countersign restore, not by copying: an old copy would make used
codes valid again.`,
  async run(given, terminal) {
    const to = destination(given)
    return withSqlitePath(terminal, async (path) => {
      const { requireFile } = await import('../storage/open.ts')
      const { backUp } = await import('../storage/sqlite/backup.ts')
      requireFile(path)
      // Stopped, it leaves nothing behind; killed, a later backup to the same folder removes what it left.
      return interruptible(terminal, 'Stopped: no copy was made.', async (stop) => {
        const copied = await backUp(path, to, stop)
        if (given.flag('json'))
          terminal.out(`${JSON.stringify({ store: resolve(path), ...copied })}\n`)
        else {
          terminal.err(`Copied ${resolve(path)}, ${copied.bytes} bytes, to:\n`)
          terminal.out(`${copied.path}\n`)
        }
        return EXIT.ok
      })
    })
  },
}

/** In a sentence; --json has them all. */
const MAX_LISTED = 20
const listIds = (ids: readonly string[]) =>
  ids.length <= MAX_LISTED
    ? ids.join(', ')
    : `${ids.slice(0, MAX_LISTED).join(', ')}, and ${ids.length - MAX_LISTED} more (--json)`

function describe({ voided, isSinceKnown, keptAs, copiedAt }: Restored, path: string): string {
  const { verifications, apps, appsBack, recoveryCodes, apiKeys, keysBack, adminSessions } = voided
  const codes = countOf(recoveryCodes, 'recovery code')
  const lines = [
    copiedAt === 0
      ? `${resolve(path)} is as the copy was: nothing had happened in it yet.`
      : `${resolve(path)} is as it was at ${new Date(copiedAt).toISOString()} (the newest time in it).`,
    `Canceled: ${countOf(verifications, 'open verification')}. Steps count as used: ${countOf(apps, 'authenticator app')}.`,
    isSinceKnown
      ? `Used or revoked since the copy, and still so: ${codes}, ${countOf(apiKeys, 'API key')}.`
      : `The previous store is lost or damaged, or began after the copy, so nobody knows what was used since: ${codes} voided. Check countersign keys list, and revoke again.`,
    `Console sessions ended: ${adminSessions}.`,
    appsBack?.length
      ? `Authenticator apps removed since the copy are back; remove the unwanted ones again: ${listIds(appsBack)}.`
      : '',
    keysBack?.length
      ? `API keys that the previous store did not know are valid; revoke the unwanted ones: ${listIds(keysBack)}.`
      : '',
    keptAs ? `The previous store is kept as ${keptAs}: remove it once it is not needed.` : '',
  ]
  return lines.map((line) => line && `${line}\n`).join('')
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
  summary: 'Replaces the SQLite store with a backup, and cancels what was open in it.',
  options: {
    from: textOption('<path>', 'The copy made by countersign backup'),
    'void-pending': flagOption(
      'Required: cancels what was open in the copy, so that no used code becomes valid again',
    ),
    'keep-recovery-codes': flagOption(
      'Where nobody knows which were used since the copy: keep them valid',
    ),
    ...JSON_OPTION,
  },
  notes: `Stop the service first. The copy goes back in time: all that was used since would be valid
again. So --void-pending cancels every verification that was open in the copy, and
people who were signing in start over. In addition:
- steps of authenticator apps count as used up to now: the next code works after a
  minute or so;
- recovery codes, sets of them and API keys that were used, replaced or revoked since
  stay so, as far as the previous store can be read. Where it cannot, all recovery
  codes are voided (people create new ones), or stay as they are with
  --keep-recovery-codes;
- the console's sessions end. Apps that were removed since are back, and are listed.
limits.db is left as it is. Guesses made since the copy are not counted. The previous
store is kept beside the new one. (docs/operations.md, "Backup and restore".)`,
  async run(given, terminal) {
    const from = given.text('from')
    if (!from) throw new UsageError('--from is missing: the copy made by countersign backup')
    // mutant: C72.restore-cancel-notice
    if (!given.flag('void-pending'))
      throw new UsageError(
        '--void-pending is missing: without it, a code that was used since the copy would be valid again',
      )
    return withSqlitePath(terminal, async (path) => {
      const { restore } = await import('../storage/sqlite/restore.ts')
      const restored = await restore({
        from,
        path,
        migrationsFolder: MIGRATIONS_FOLDER,
        keyId: 'command',
        keepRecoveryCodes: given.flag('keep-recovery-codes'),
        nowMs: Date.now(),
      })
      if (given.flag('json')) terminal.out(toJson(toWire(restored, path)))
      else terminal.err(describe(restored, path))
      return EXIT.ok
    })
  },
}
