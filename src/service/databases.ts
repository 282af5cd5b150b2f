// Opens the store and the limits of the settings. A file of SQLite is written in a thread of its own: a commit waits for its
// sync there, and never holds up an answer. It must not leave that thread behind, nor serve without it.

import type { Config } from '../config/config.ts'
import type { Logger } from '../kernel/logger.ts'
import type { LimitStore } from '../limits/counting.ts'
import { openLimiter } from '../limits/open.ts'
import { createStore } from '../storage/create-store.ts'
import type { Engine } from '../storage/engine.ts'
import { writtenElsewhere } from '../storage/engine-ports.ts'
import { openStore } from '../storage/open.ts'
import type { Store } from '../storage/store.ts'
import type { WebhookCauses } from '../webhooks/ports.ts'
import { startThread, type Thread } from './thread.ts'

/** Loads while the thread opens the file. */
async function loadReads(): Promise<(path: string) => Engine> {
  const [{ openToRead }, { createSqliteEngine }] = await Promise.all([
    import('../storage/sqlite/open.ts'),
    import('../storage/sqlite/store.ts'),
  ])
  return (path) => createSqliteEngine(openToRead(path))
}

/** Reads stay in this thread: they wait for no sync, and cost less than a message. */
async function openThreadedStore(
  path: string,
  thread: Thread,
  causes: WebhookCauses | undefined,
): Promise<Store> {
  // The thread migrates: before that there may be nothing to read.
  const engine = await Promise.all([loadReads(), thread.opened])
    .then(([openReads]) => openReads(path))
    .catch(async (error: unknown) => {
      await thread.end()
      throw error
    })
  const close = async () => {
    // The last connection checkpoints: that one is the thread's.
    await engine.close()
    await thread.call('store', 'close', [])
    await thread.end()
  }
  let closed: Promise<void> | undefined
  const written = {
    ...writtenElsewhere(engine, thread.call),
    close() {
      closed ??= close()
      return closed
    },
  }
  return createStore(written, causes)
}

/**
 * @param thread of these settings, where it was started before
 * @param causes messages to webhooks that go out with what is written
 * @throws StartupError, StoreUnavailableError
 */
export async function openDatabases(
  { store, limits }: Pick<Config, 'store' | 'limits'>,
  logger: Pick<Logger, 'warn'>,
  thread = startThread({ store, limits }, logger),
  causes?: WebhookCauses,
): Promise<{ store: Store; limiter: LimitStore }> {
  // mutant: C75.store-in-thread
  const opened =
    store.kind === 'sqlite' && thread
      ? await openThreadedStore(store.path, thread, causes)
      : await openStore(store, { logger, causes })
  try {
    return { store: opened, limiter: await openLimiter(limits, logger, store.kind === 'sqlite') }
  } catch (error) {
    await opened.close() // mutant: C20.half-open-closed
    throw error
  }
}
