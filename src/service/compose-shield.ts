// The lists in memory, and the hand that writes them.

import type { Clock } from '../kernel/clock.ts'
import type { Keyring } from '../kernel/keyring.ts'
import type { Logger } from '../kernel/logger.ts'
import { createBook } from '../shield/book.ts'
import { createLists } from '../shield/lists.ts'
import type { Store } from '../storage/store.ts'

export function composeShield(deps: {
  store: Store
  keyring: Keyring
  clock: Clock
  logger: Logger
}) {
  const { store, keyring, clock } = deps
  const { isKnown } = store.verifications
  const book = createBook({ ...deps, store: store.lists, isKnown })
  return {
    book,
    judge: book.judge,
    lists: createLists({ store: store.lists, book, keyring, clock }),
  }
}
