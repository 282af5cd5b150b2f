// Whether a destination is sent to: off once it has taken nothing for five days, until somebody switches it on again.
// It must not switch one on automatically, nor drop a message: those that are written meanwhile wait.

import type { NewEvent } from '../events/types.ts'
import { type Clock, DAY_MS } from '../kernel/clock.ts'
import type { Destination, Destinations } from './destination.ts'
import { ON, type Trouble, type WebhookActs, type WebhookSwitch } from './ports.ts'
import { nameOf, type WebhookLog } from './run-try.ts'

const OFF_AFTER_DAYS = 5

/** Pure. @returns null: it stays as it is */
export function decideSwitch(
  from: WebhookSwitch,
  isTaken: boolean,
  now: number,
): WebhookSwitch | null {
  // The last answers of what was being sent then.
  if (from.offSince !== null) return null
  if (isTaken) return from.failingSince === null ? null : ON // mutant: C57.taken-ends-failing
  const failingSince = from.failingSince ?? now
  if (now - failingSince >= OFF_AFTER_DAYS * DAY_MS) return { failingSince, offSince: now } // mutant: C57.off-after-five-days
  return from.failingSince === null ? { failingSince, offSince: null } : null
}

export type Switches = {
  /** As the store has them: another node, or an admin, may have switched. @throws StoreUnavailableError */
  read(): Promise<void>
  isOff(destination: string): boolean
  /** Never rejects. */
  record(destination: Destination, isTaken: boolean): Promise<void>
  /** On whichever node. @throws StoreUnavailableError */
  troubles(): Promise<Trouble[]>
}

type Deps = {
  store: Pick<WebhookActs, 'switches' | 'turn'>
  destinations: Destinations
  clock: Clock
  logger: WebhookLog
}

function eventOf({ id, service }: Destination, now: number, failingSince: number): NewEvent {
  return {
    ...{ service, keyId: null, clientIp: null, userAgent: null },
    at: now,
    type: 'webhook.switched_off',
    verificationId: null,
    budgetIndex: null,
    details: { destination: id, failing_since: new Date(failingSince).toISOString() },
  }
}

export function createSwitches({ store, destinations, clock, logger }: Deps): Switches {
  let known = new Map<string, WebhookSwitch>()
  const of = (id: string) => known.get(id) ?? ON
  const read = async () => {
    // Nobody asks for none.
    if (destinations.all.length > 0)
      known = await store.switches(destinations.all.map(({ id }) => id))
  }
  return {
    read,
    isOff: (id) => of(id).offSince !== null,
    async record(destination, isTaken) {
      const { id, service } = destination
      const [from, now] = [of(id), clock.now()]
      const to = decideSwitch(from, isTaken, now)
      if (!to) return
      // Others that end just now are not to write it again.
      known.set(id, to)
      const isOff = to.offSince !== null
      const event = isOff ? eventOf(destination, now, to.failingSince ?? now) : null
      try {
        const isDone = await store.turn({ destination: id, from, to, event })
        if (isDone && isOff)
          logger.warn(
            { destination: id, service },
            `a webhook has failed for ${OFF_AFTER_DAYS} days and is switched off: its messages wait until it is switched on again`,
          )
      } catch (error) {
        known.set(id, from)
        logger.warn(
          { destination: id, error: nameOf(error) },
          'the state of a webhook could not be written',
        )
      }
    },
    async troubles() {
      await read()
      return destinations.all.flatMap(({ id, service, url }) => {
        const state = of(id)
        return state.failingSince === null ? [] : [{ ...state, id, service, url }]
      })
    },
  }
}
