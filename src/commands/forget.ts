// countersign keys forget: removes factors under a root key that is lost, so that their service can be asked again.
// It must not touch what lies under a key that the settings give, nor remove without a person's yes, or a program's --yes.

import type { UnderKey } from '../factors/ports.ts'
import { describeUnderKey, underMissingKeys } from '../factors/root-keys.ts'
import { createClock } from '../kernel/clock.ts'
import { createKeyring } from '../kernel/keyring.ts'
import type { Store } from '../storage/store.ts'
import { type Command, EXIT, type Given, type Terminal, UsageError } from './command.ts'

/** Each is a transaction of its own, so that it may be stopped anywhere. */
const BATCH = 100

const NOTES = `Factors of a lost key can't be opened, nor can it be known whose they are: while one is
there, nobody of its service without another factor can be asked for one (503). Look
for the key first: with it in SECRET_KEY_PREVIOUS, countersign keys rewrap keeps them.
Whose factors are removed has none afterwards, and has to enrol again. The key's id
is in the warning at the service's start, and on the page Health. Each removal is in
the log (factor.deleted, by "command"). (docs/operations.md, "A root key that is lost".)`

async function isConfirmed(terminal: Terminal, rows: readonly UnderKey[], keyId: string) {
  const what = rows.map((row) => describeUnderKey({ ...row, verifications: 0 })).join(', ')
  const question = `Remove ${what}, for good? Only the root key ${keyId} could open them. Type yes: `
  return (await terminal.ask?.(question))?.trim().toLowerCase() === 'yes'
}

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

async function forget(given: Given, terminal: Terminal): Promise<number> {
  const [keyId = ''] = given.positionals
  const service = given.text('service') ?? null
  const { withStore } = await import('./store.ts')
  return withStore(terminal, async (store, config) => {
    const keyring = createKeyring(config.secretKeys)
    if (keyring.keyIds.includes(keyId))
      throw new UsageError(
        `the root key ${keyId} is not lost: the settings give it. To move factors to the current one: countersign keys rewrap`,
      )
    const clock = createClock({
      floorMs: await store.newestTime(),
      ...(store.wallMs && { wallMs: store.wallMs }),
    })
    const now = clock.now()
    const missing = await underMissingKeys({ rootKeys: store.rootKeys, keyring, now })
    const all = missing.filter(({ factors }) => factors > 0)
    const rows = all.filter(
      (row) => row.keyId === keyId && (service === null || row.service === service),
    )
    if (rows.length === 0) {
      const there = all.map(
        (row) => `  ${row.keyId}: ${describeUnderKey({ ...row, verifications: 0 })}\n`,
      )
      const rest =
        there.length > 0 ? `Those that are missing:\n${there.join('')}` : 'No key is missing.\n'
      terminal.err(`No factor lies under a missing root key ${keyId}. ${rest}`)
      return EXIT.failed
    }
    if (!given.flag('yes') && !(await isConfirmed(terminal, rows, keyId))) {
      terminal.err(terminal.ask ? 'Nothing was removed.\n' : 'Nothing was removed: give --yes.\n')
      return terminal.ask ? EXIT.failed : EXIT.usage
    }
    const removed = await forgetAll(store, { keyId, service, now })
    terminal.out(given.flag('json') ? `${JSON.stringify({ removed })}\n` : `${removed} removed.\n`)
    return EXIT.ok
  })
}

export const forgetCommand: Command = {
  words: 'keys forget',
  operands: ['key-id'],
  summary: 'Removes authenticator apps and recovery codes under a root key that is lost.',
  options: {
    service: { type: 'string', value: '<name>', description: 'Only those of this service' },
    yes: { type: 'boolean', description: 'Do not ask; needed where nobody can be asked' },
    json: { type: 'boolean', description: 'Answer as JSON' },
  },
  notes: NOTES,
  run: forget,
}
