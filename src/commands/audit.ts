// countersign audit verify, head and key: whether the log is as it was chained, its newest head, and the key of its heads.
// Nothing is changed.

import { readFileSync } from 'node:fs'
import type { Verified, Wrong } from '../audit/findings.ts'
import type { Verifier } from '../audit/note.ts'
import type { AdminContext } from './admin-context.ts'
import {
  type Command,
  countOf,
  EXIT,
  type Given,
  JSON_OPTION,
  type Terminal,
  textOption,
  UsageError,
} from './command.ts'

const WORDS: Readonly<Record<Wrong['kind'], string>> = {
  changed: 'was changed after it was chained',
  removed: 'was removed, by neither retention nor an erasure that the log shows',
  inserted: 'was put in between afterwards',
  segment_missing: 'is missing, or one before it',
  segment_inserted: 'was put in afterwards: numbers begin with 1',
  segment_changed: 'was changed: its hashes no longer make its root',
  head_changed: 'was changed: its head does not follow from the one before',
  signature: 'has a head whose signature is not valid',
  unknown_key:
    'has the newest head, which is signed by another key: give the root key of that time in SECRET_KEY_PREVIOUS, or its verifier key with --key',
  end_missing:
    'is the last one, but more of the log was chained: segments were removed from its end',
  kept_head_beyond:
    'is the last one, but the head given with --head is of a later one: the end was removed, or an older backup was restored',
  kept_head_differs:
    'does not have the head given with --head: somebody made another chain, or the head is of another log',
}

const describeWrong = (wrong: Wrong): string =>
  'sequence' in wrong
    ? `event ${wrong.sequence} (segment ${wrong.segment}) ${WORDS[wrong.kind]}`
    : `segment ${wrong.segment} ${WORDS[wrong.kind]}`

function describe({ wrong, others, last, ...counts }: Verified): string {
  const { events, segments, retired, erased, waiting } = counts
  if (wrong)
    return `Wrong: ${describeWrong(wrong)}.\n${others > 0 ? `${countOf(others, 'further one')}: mend the first, then run this again.\n` : ''}`
  if (!last) return `Nothing is chained yet; ${countOf(waiting, 'event')} will be within minutes.\n`
  const gone = [
    ...(retired > 0 ? [`${countOf(retired, 'event')} removed by retention`] : []),
    ...(erased > 0 ? [`${countOf(erased, 'event')} erased with a person`] : []),
    ...(waiting > 0 ? [`${countOf(waiting, 'event')} not chained yet`] : []),
  ]
  return `As it was chained: ${countOf(events, 'event')} in ${countOf(segments, 'segment')}, up to event ${last.last}.\n${gone.length > 0 ? `In addition: ${gone.join(', ')}.\n` : ''}`
}

/** @throws UsageError */
function readText(given: Given, name: string): string | undefined {
  const path = given.text(name)
  if (path === undefined) return undefined
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8')
  } catch (error) {
    throw new UsageError(`--${name}: ${path} cannot be read (${(error as { code?: string }).code})`)
  }
}

/** Of the root keys that the settings give, and of --key. @throws UsageError */
async function verifiersOf({ keyring }: AdminContext, given: Given): Promise<Verifier[]> {
  const { createSigner, readVerifier } = await import('../audit/note.ts')
  const own = keyring.signingSeeds('audit-sign').map((seed) => createSigner(seed).verifier)
  const more = given.texts('key').map((text) => {
    const verifier = readVerifier(text)
    if (!verifier) throw new UsageError('--key must be as countersign audit key prints it')
    return verifier
  })
  return [...own, ...more]
}

/** @throws UsageError */
async function readHead(given: Given, verifiers: readonly Verifier[]) {
  const text = readText(given, 'head')
  if (text === undefined) return null
  const { readNote } = await import('../audit/note.ts')
  const read = readNote(text, verifiers)
  if (read.kind === 'head') return read.head
  const why = {
    malformed: 'is not a head as countersign audit head prints it',
    unknown_key: 'is signed by a key that is not given: see --key',
    bad_signature: 'has a signature that is not valid: it was changed',
  }
  throw new UsageError(`--head ${why[read.kind]}`)
}

async function verify(context: AdminContext, given: Given, terminal: Terminal): Promise<number> {
  const { verifyChain } = await import('../audit/verify.ts')
  const verifiers = await verifiersOf(context, given)
  const kept = await readHead(given, verifiers)
  const { store, config, clock } = context
  const days = config.retentionDays
  const found = await verifyChain({ store: store.audit, verifiers, days, now: clock.now(), kept })
  const { last, ...counts } = found
  terminal.out(
    given.flag('json')
      ? `${JSON.stringify({ ...counts, up_to: last?.last ?? null })}\n`
      : describe(found),
  )
  return found.wrong ? EXIT.failed : EXIT.ok
}

const verifyCommand: Command = {
  words: 'audit verify',
  summary:
    'Proves that no event of the log was changed, removed or put in between since it was chained.',
  options: {
    head: textOption(
      '<file>',
      'A head that was kept elsewhere (- for stdin): it must be part of this chain',
    ),
    key: {
      ...textOption(
        '<key>',
        'A verifier key beside those of SECRET_KEY; may be given more than once',
      ),
      multiple: true,
    },
    ...JSON_OPTION,
  },
  notes: `Exit code 1: something is wrong, and the first wrong event or segment is named. Rows past
RETENTION_RECIPIENT_DAYS may be missing, and those of a person whose erasure the log shows
(recipient.erased). Somebody with SECRET_KEY and the store can make another chain: only a
head that is kept elsewhere (--head) shows that.`,
  async run(given, terminal) {
    const { withAdmin } = await import('./admin-context.ts')
    return withAdmin(terminal, (context) => verify(context, given, terminal))
  },
}

const headCommand: Command = {
  words: 'audit head',
  summary: 'Prints the newest head of the log’s chain, a signed note, to be kept elsewhere.',
  options: {},
  notes: 'Compare with it later: countersign audit verify --head FILE.',
  async run(_, terminal) {
    const { withAdmin } = await import('./admin-context.ts')
    return withAdmin(terminal, async ({ store }) => {
      const last = await store.audit.lastSegment()
      if (last) terminal.out(last.note)
      else
        terminal.err('countersign: nothing is chained yet: the first head comes within minutes\n')
      return last ? EXIT.ok : EXIT.failed
    })
  },
}

const keyCommand: Command = {
  words: 'audit key',
  summary: 'Prints the public key by which the heads of the log’s chain are verified.',
  options: {},
  notes: 'In the form of C2SP signed-note (name+id+key). It is derived from SECRET_KEY.',
  async run(_, terminal) {
    const { withAdmin } = await import('./admin-context.ts')
    return withAdmin(terminal, async ({ keyring }) => {
      const { createSigner } = await import('../audit/note.ts')
      const [seed] = keyring.signingSeeds('audit-sign')
      if (seed) terminal.out(`${createSigner(seed).verifier.text}\n`)
      return EXIT.ok
    })
  },
}

export const AUDIT_COMMANDS: readonly Command[] = [verifyCommand, headCommand, keyCommand]
