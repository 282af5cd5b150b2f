// Opens the store and the limits of the settings. A file of SQLite is written in a thread of its own: a commit waits for its
// sync there, and never holds up an answer. It must not leave that thread behind, nor serve without it.

import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import type { Config } from '../config/config.ts'
import type { Logger } from '../kernel/logger.ts'
import { type Caller, createCaller, type PlainError, toError } from '../kernel/remote.ts'
import type { LimitStore } from '../limits/counting.ts'
import { openLimiter } from '../limits/open.ts'
import { DATABASE_THREAD, MIGRATIONS_FOLDER } from '../paths.ts'
import { createStore } from '../storage/create-store.ts'
import { type Engine, writtenElsewhere } from '../storage/engine.ts'
import { openStore, type StoreConfig } from '../storage/open.ts'
import type { OpenOptions } from '../storage/sqlite/open.ts'
import type { Store } from '../storage/store.ts'

export type ThreadData = {
  calls: MessagePort
  store: Pick<OpenOptions, 'path' | 'migrationsFolder' | 'synchronous'>
  /** The file of the limits, where they are counted in one: its checkpoints sync, too. */
  limitsPath: string | null
}
export type ThreadReport =
  | { kind: 'open' }
  | { kind: 'failed'; error: PlainError }
  | { kind: 'warning'; fields: Record<string, unknown>; message: string }

type Thread = Caller & { end(): Promise<void> }

/** @throws what the thread could not open */
async function startThread(
  data: Omit<ThreadData, 'calls'>,
  logger: Pick<Logger, 'warn'>,
): Promise<Thread> {
  const { port1, port2 } = new MessageChannel()
  const workerData: ThreadData = { ...data, calls: port2 }
  const worker = new Worker(DATABASE_THREAD, { workerData, transferList: [port2], env: {} })
  const opened = new Promise<void>((resolve, reject) => {
    worker.on('message', (report: ThreadReport) => {
      if (report.kind === 'warning') logger.warn(report.fields, report.message)
      else if (report.kind === 'open') resolve()
      else reject(toError(report.error))
    })
    worker.once('error', reject)
  })
  const caller = createCaller(port1)
  const end = async () => {
    caller.close()
    port1.close()
    await worker.terminate()
  }
  try {
    await opened
  } catch (error) {
    await end()
    throw error
  }
  // From here on an error in the thread is one that nobody catches: it ends the process (serve.ts).
  worker.removeAllListeners('error')
  return { ...caller, end }
}

async function openReads(path: string): Promise<Engine> {
  const [{ openToRead }, { createSqliteEngine }] = await Promise.all([
    import('../storage/sqlite/open.ts'),
    import('../storage/sqlite/store.ts'),
  ])
  return createSqliteEngine(openToRead(path))
}

/** Reads stay in this thread: they wait for no sync, and cost less than a message. */
async function openThreadedStore(
  config: Extract<StoreConfig, { kind: 'sqlite' }>,
  limitsPath: string | null,
  logger: Pick<Logger, 'warn'>,
): Promise<Store> {
  const data = { ...config, migrationsFolder: MIGRATIONS_FOLDER }
  const thread = await startThread({ store: data, limitsPath }, logger)
  const engine = await openReads(config.path).catch(async (error: unknown) => {
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
  return createStore({
    ...writtenElsewhere(engine, thread.call),
    close() {
      closed ??= close()
      return closed
    },
  })
}

/** @throws StartupError, StoreUnavailableError */
export async function openDatabases(
  { store, limits }: Pick<Config, 'store' | 'limits'>,
  logger: Pick<Logger, 'warn'>,
): Promise<{ store: Store; limiter: LimitStore }> {
  const limitsPath = limits.kind === 'sqlite' ? limits.path : null
  // mutant: C75.store-in-thread
  const opened =
    store.kind === 'sqlite'
      ? await openThreadedStore(store, limitsPath, logger)
      : await openStore(store, { logger })
  try {
    return { store: opened, limiter: await openLimiter(limits, logger, store.kind === 'sqlite') }
  } catch (error) {
    await opened.close() // mutant: C20.half-open-closed
    throw error
  }
}
