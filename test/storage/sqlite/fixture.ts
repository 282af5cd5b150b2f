// A real store on a real file in a directory of its own, and the rows that tests begin with.
// It must not replace any part of the store.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Database } from 'better-sqlite3'
import { openDatabase } from '../../../src/storage/sqlite/open.ts'
import { createSqliteStore } from '../../../src/storage/sqlite/store.ts'
import type { WriterOptions } from '../../../src/storage/sqlite/writer.ts'
import type { Store } from '../../../src/storage/store.ts'
import { CAUSES } from '../../contract/hooked.ts'
import { createSteps, type Steps } from '../../contract/steps.ts'

export const MIGRATIONS = resolve(import.meta.dirname, '../../../drizzle/sqlite')

export type OpenStore = Store & { steps: Steps; path: string; client: Database }

export function makeDirectory(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'countersign-sqlite-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

export async function openStore(path: string, options: WriterOptions = {}): Promise<OpenStore> {
  const client = await openDatabase({ path, migrationsFolder: MIGRATIONS, synchronous: 'normal' })
  const store = createSqliteStore(client, options, CAUSES)
  return { ...store, steps: createSteps(store.verifications), path, client }
}
