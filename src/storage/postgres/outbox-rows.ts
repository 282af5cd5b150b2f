// Between a delivery's row and what the worker's part of the store knows; and its changes as the functions read them.
// It must not decide.

import type { DeliveryChange } from '../../delivery/change.ts'
import { camelRow, eventsFields, type Raw, rowFields } from './rows.ts'

/** Of `outbox_rows`, and what stands beside it. */
export const loadedOf = (row: Raw) => {
  const { attempts: tries, ...rest } = camelRow(row)
  return { ...rest, tries } as unknown
}

/** As the functions of the database read it. */
export function deliveryFields(change: DeliveryChange) {
  const { set, stamp, newTry, events, steps, poll, ...rest } = change
  const { tries, ...columns } = set
  return {
    ...rowFields({ ...stamp, ...rest }),
    set: rowFields({ ...columns, attempts: tries }),
    events: eventsFields(events, { steps, poll }),
    ...(newTry && { begun: { attempt: newTry.tryNumber, provider: newTry.provider } }),
  }
}
