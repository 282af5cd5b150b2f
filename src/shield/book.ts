// The lists in memory: what a start needs of them costs it no read. This process's own changes are there at once, those of other
// nodes and of commands within some seconds, by a version that a timer reads.
// It must not refuse anybody because the store cannot be reached: what was known last holds on.

import { NO_SERVICE } from '../kernel/actor.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Keyring } from '../kernel/keyring.ts'
import type { Logger } from '../kernel/logger.ts'
import type { VerificationStore } from '../verification/ports.ts'
import { budgetIndexes, type Recipient } from '../verification/recipient.ts'
import type { Judge, Judged } from '../verification/verdict.ts'
import { type Compiled, compile, decide, type Looked } from './match.ts'
import type { ListStore } from './ports.ts'

/** In force at once: some 6 MiB in memory at the most. */
export const MAX_ENTRIES = 10_000
/** Another node's change is seen within 5 s, a slow read included. */
const LOOK_MS = 3_000

export type Book = {
  judge: Judge
  /** Reads what has changed. After a change of this process's own, too. @throws StoreUnavailableError */
  refresh(): Promise<void>
  /** The first read, and from then on the timer. @throws StoreUnavailableError */
  start(): Promise<void>
  stop(): void
}

const domainOf = (address: string) => address.slice(address.lastIndexOf('@') + 1)

/** Of an entry of one service or of all. */
export function personIndexes(
  keyring: Keyring,
  service: string | null,
  recipient: Recipient,
): Buffer[] {
  return budgetIndexes(keyring, service ?? NO_SERVICE, recipient)
}

type Deps = {
  store: Pick<ListStore, 'version' | 'inForce'>
  isKnown: VerificationStore['isKnown']
  keyring: Keyring
  clock: Clock
  logger: Pick<Logger, 'warn'>
  lookMs?: number
}

/** One at a time, and one behind it that sees what came meanwhile. */
function oneAfterAnother(read: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  let waiting: Promise<void> | undefined
  const run = () => {
    running = read().finally(() => {
      running = undefined
    })
    return running
  }
  return () => {
    if (!running) return run()
    waiting ??= running
      .catch(() => {})
      .then(() => {
        waiting = undefined
        return run()
      })
    return waiting
  }
}

function createReading({ store, clock }: Pick<Deps, 'store' | 'clock'>) {
  let compiled: Compiled = compile([])
  let version = 0
  const refresh = oneAfterAnother(async () => {
    // Before the rows: what is changed in between is read again.
    const current = await store.version()
    if (current === version) return // mutant: I21.other-nodes
    compiled = compile(await store.inForce(clock.now(), MAX_ENTRIES))
    version = current
  })
  return { refresh, find: (looked: Looked) => compiled.find(looked) }
}

function createLookedOf({ keyring, clock }: Pick<Deps, 'keyring' | 'clock'>) {
  return (service: string, { recipient, clientIp }: Judged): Looked => {
    const phone = recipient?.kind === 'phone' ? recipient : null
    return {
      service,
      number: phone?.address ?? null,
      country: phone?.country ?? null,
      domain: recipient?.kind === 'email' ? domainOf(recipient.address) : null,
      clientIp,
      personIndexes: () =>
        recipient ? [service, null].flatMap((of) => personIndexes(keyring, of, recipient)) : [],
      now: clock.now(),
    }
  }
}

export function createBook(deps: Deps): Book {
  const { keyring, logger } = deps
  const { refresh, find } = createReading(deps)
  const lookedOf = createLookedOf(deps)
  let timer: NodeJS.Timeout | undefined
  let isAway = false

  const judge: Judge = (service, judged) => {
    const found = find(lookedOf(service, judged))
    const verdict = decide(found)
    const byPeople = found.filter(({ rule }) => rule === null)
    const { recipient } = judged
    if (!verdict || byPeople.length === found.length || !recipient) return verdict
    const indexes = budgetIndexes(keyring, service, recipient)
    return deps.isKnown(service, indexes).then((isKnown) => (isKnown ? decide(byPeople) : verdict)) // mutant: I21.known-passes
  }
  const look = async () => {
    try {
      await refresh()
      isAway = false
    } catch (error) {
      const words = 'the lists could not be read: as they were, they hold on'
      if (!isAway) logger.warn({ err: error }, words)
      isAway = true
    }
  }

  return {
    judge,
    refresh,
    async start() {
      await refresh()
      timer = setInterval(() => void look(), deps.lookMs ?? LOOK_MS)
      timer.unref()
    },
    stop() {
      clearInterval(timer)
    },
  }
}
