// The shield: the lists in memory, the hand that writes them, and the rules, which read the log behind its writer.
// Nothing of it is on the way of a request but the lists, and those are in memory.

import { shownValue } from '../admin/shield.ts'
import type { Config } from '../config/config.ts'
import { type Clock, DAY_MS } from '../kernel/clock.ts'
import type { Keyring } from '../kernel/keyring.ts'
import type { Logger } from '../kernel/logger.ts'
import type { ShieldMode } from '../kernel/shield-rules.ts'
import { networkKey } from '../limits/client-address.ts'
import { createBook } from '../shield/book.ts'
import { unreportedIn } from '../shield/facts.ts'
import type { ModeOf, Stop } from '../shield/judge.ts'
import { createLists, type EntryToWrite, type Lists } from '../shield/lists.ts'
import { entryOf } from '../shield/rule-entries.ts'
import { createWatcher, type Watcher } from '../shield/watcher.ts'
import type { Store } from '../storage/store.ts'
import type { Metrics } from '../telemetry/metrics.ts'

type Deps = {
  store: Store
  keyring: Keyring
  clock: Clock
  logger: Logger
  metrics: Pick<Metrics, 'countStop'>
}
type Rules = Pick<Watcher, 'start' | 'stop'>

const NO_RULES: Rules = { start() {}, async stop() {} }

function composeRules(
  { services, retentionDays }: Pick<Config, 'services' | 'retentionDays'>,
  { store, keyring, clock, logger, metrics }: Deps,
  lists: Lists,
): Rules {
  const isOn = [...services.values()].some(({ shield }) =>
    Object.values(shield).some((mode) => mode !== 'off'),
  )
  if (!isOn) return NO_RULES
  // A service that is no longer configured has no starts.
  const modeOf: ModeOf = (service, rule) => services.get(service)?.shield[rule] ?? 'off'
  const tell = ({ rule, service, value, until }: Stop, mode: ShieldMode) => {
    metrics.countStop(service, rule, mode)
    logger.warn(
      { service, rule, value: shownValue(rule, value), mode, until: new Date(until).toISOString() },
      'the shield noticed an attack',
    )
  }
  /** Made already, where it is asked again after a commit that failed. */
  const enforce = async (entry: EntryToWrite) => {
    const { kind } = await lists.make(entry)
    if (kind !== 'made' && kind !== 'exists')
      logger.error({ rule: entry.rule, kind }, 'the shield could not make an entry')
  }
  return createWatcher({
    ...{ store: store.shield, reader: store.audit, hasGaps: store.wallMs !== null },
    ...{ keyring, networkOf: networkKey, modeOf, clock, logger },
    isUnreported: unreportedIn(services),
    // A row may name the network of an end user.
    keptMs: retentionDays.addresses * DAY_MS,
    async onBegun(begun) {
      for (const { stop, fact } of begun) {
        const mode = modeOf(stop.service, stop.rule)
        tell(stop, mode)
        const entry = entryOf(stop, fact, { mode, now: clock.now() })
        if (entry) await enforce(entry)
      }
    },
  })
}

export function composeShield(config: Pick<Config, 'services' | 'retentionDays'>, deps: Deps) {
  const { store, keyring, clock } = deps
  const { isKnown } = store.verifications
  const book = createBook({ ...deps, store: store.lists, isKnown })
  const lists = createLists({ store: store.lists, book, keyring, clock })
  return { book, judge: book.judge, lists, rules: composeRules(config, deps, lists) }
}
