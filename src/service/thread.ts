// Starts the thread that writes SQLite's file, as soon as the settings are known: it opens the file while the rest is loaded.
// It must not import what opens a store, nor leave a thread behind that could not open one.

import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import type { Config } from '../config/config.ts'
import type { Logger } from '../kernel/logger.ts'
import { type Caller, createCaller, type PlainError, toError } from '../kernel/remote.ts'
import { DATABASE_THREAD, MIGRATIONS_FOLDER } from '../paths.ts'
import type { OpenOptions } from '../storage/sqlite/open.ts'

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

export type Thread = Caller & {
  /** The file is open and migrated. Rejects with what the thread could not open. */
  readonly opened: Promise<void>
  end(): Promise<void>
}

/** @param file of the thread; @returns undefined where the settings name no file of SQLite */
export function startThread(
  { store, limits }: Pick<Config, 'store' | 'limits'>,
  logger: Pick<Logger, 'warn'>,
  file = DATABASE_THREAD,
): Thread | undefined {
  if (store.kind !== 'sqlite') return undefined
  const { port1, port2 } = new MessageChannel()
  const workerData: ThreadData = {
    calls: port2,
    store: { ...store, migrationsFolder: MIGRATIONS_FOLDER },
    limitsPath: limits.kind === 'sqlite' ? limits.path : null,
  }
  const worker = new Worker(file, { workerData, transferList: [port2], env: {} })
  const opened = new Promise<void>((resolve, reject) => {
    worker.on('message', (report: ThreadReport) => {
      if (report.kind === 'warning') logger.warn(report.fields, report.message)
      else if (report.kind === 'open') resolve()
      else reject(toError(report.error))
    })
    worker.once('error', reject)
  })
  opened.then(
    // From here on an error in the thread is one that nobody catches: it ends the process (serve.ts).
    () => worker.removeAllListeners('error'),
    // Nobody may wait for it yet.
    () => {},
  )
  const caller = createCaller(port1)
  return {
    ...caller,
    opened,
    async end() {
      caller.close()
      port1.close()
      await worker.terminate()
    },
  }
}
