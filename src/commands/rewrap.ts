// Moves factors to the root key that SECRET_KEY gives, so that an older one can be dropped. Services may run meanwhile.
// It must not show a subject or a secret.

import { type Rewrapped, rewrapFactors } from '../factors/rewrap.ts'
import { createKeyring } from '../kernel/keyring.ts'
import { type Command, EXIT, type Terminal } from './command.ts'
import { createProgressLine } from './progress-line.ts'

const NOTES = `Run it with the service's environment, after every node has the new SECRET_KEY and
the old one in SECRET_KEY_PREVIOUS. Services may run meanwhile. It can be stopped
and run again: it goes on with what is left. Once it says that nothing is left,
the old key is of no use to a factor. (docs/operations.md, "A new root key".)`

function describe({ moved, skipped, unknown, broken }: Rewrapped, left: number): string {
  const lines = [`${moved} moved, ${left} left under other keys.`]
  if (skipped > 0) lines.push(`${skipped} were changed by a service meanwhile.`)
  for (const [keyId, count] of unknown)
    lines.push(
      `${count} cannot be opened: their root key ${keyId} is not in SECRET_KEY_PREVIOUS. Add it and run this again; if it is lost for good: countersign keys forget ${keyId}`,
    )
  for (const id of broken)
    lines.push(`${id} cannot be opened: it is damaged. Delete it (DELETE /factors/${id}).`)
  return `${lines.join('\n')}\n`
}

async function rewrap(terminal: Terminal, isJson: boolean): Promise<number> {
  const { withStore } = await import('./store.ts')
  return withStore(terminal, async (store, config) => {
    const keyring = createKeyring(config.secretKeys)
    const line = createProgressLine(terminal, 'factors')
    const stop = new AbortController()
    const stopOnce = () => stop.abort()
    process.once('SIGINT', stopOnce)
    process.once('SIGTERM', stopOnce)
    try {
      const result = await rewrapFactors({
        ...{ factors: store.factors, keyring },
        onProgress(progress) {
          line.show({ name: 'rewrapping', ...progress })
          stop.signal.throwIfAborted()
        },
      })
      line.end()
      const left = await store.factors.countNotUnder(keyring.currentKeyId)
      const { unknown, ...counts } = result
      const summary = { ...counts, left, unknown_keys: Object.fromEntries(unknown) }
      terminal.out(isJson ? `${JSON.stringify(summary, null, 2)}\n` : describe(result, left))
      return left === 0 ? EXIT.ok : EXIT.failed
    } catch (error) {
      line.end()
      if (!stop.signal.aborted) throw error
      terminal.err('Stopped. What was moved stays: run the same command again to go on.\n')
      return EXIT.failed
    } finally {
      process.off('SIGINT', stopOnce)
      process.off('SIGTERM', stopOnce)
    }
  })
}

export const rewrapCommand: Command = {
  words: 'keys rewrap',
  summary: 'Moves authenticator apps and recovery codes to the current root key.',
  options: { json: { type: 'boolean', description: 'Answer as JSON' } },
  notes: NOTES,
  run: (given, terminal) => rewrap(terminal, given.flag('json')),
}
