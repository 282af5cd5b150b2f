// The thread that writes SQLite's file: a commit waits for the disk here, while the service answers.
// It must not be imported: thread.ts starts it.

import { parentPort, workerData } from 'node:worker_threads'
import { collectGarbage } from '../kernel/collect-garbage.ts'
import { answerCalls, toPlainError } from '../kernel/remote.ts'
import { checkpointRegularly } from '../limits/limits-database.ts'
import { openDatabase } from '../storage/sqlite/open.ts'
import { createSqliteEngine } from '../storage/sqlite/store.ts'
import type { ThreadData, ThreadReport } from './thread.ts'

type Target = Record<string, (...args: never[]) => unknown>

const { calls, store, limitsPath } = workerData as ThreadData
const report = (message: ThreadReport) => parentPort?.postMessage(message)
const logger = {
  warn: (fields: Record<string, unknown>, message: string) =>
    report({ kind: 'warning', fields, message }),
}

async function open(): Promise<Awaited<ReturnType<typeof openDatabase>> | undefined> {
  try {
    return await openDatabase({ ...store, logger })
  } catch (error) {
    report({ kind: 'failed', error: toPlainError(error) })
    return undefined
  }
}

const client = await open()
if (client) {
  // The main thread opens it to read, while the statements are prepared here.
  report({ kind: 'open' })
  const engine = createSqliteEngine(client)
  const endCheckpoints = limitsPath === null ? () => {} : checkpointRegularly(limitsPath)
  const close = () => {
    endCheckpoints()
    return engine.close()
  }
  const targets = { ...engine, store: { close } } as unknown as Record<string, Target>
  answerCalls(calls, (target, method) => targets[target]?.[method])
  // 8 MiB: it allocates so little that it would keep them for hours.
  collectGarbage()
}
