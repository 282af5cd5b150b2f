// A database of its own for each test that asks, on one server for the whole run, started by the first who asks.
// It must not be used where a test restarts the server: those start one of their own.

import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { inject } from 'vitest'
import { SERVER_FILE } from './global-setup.ts'
import { startSharedServer } from './server.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    postgresDirectory: string
  }
}

const START_DEADLINE_MS = 40_000

/** The first to make the directory starts the server; global-setup.ts ends it. */
async function serverUrl(): Promise<string> {
  const directory = inject('postgresDirectory')
  const file = join(directory, SERVER_FILE)
  try {
    await startSharedServer(directory)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  const end = performance.now() + START_DEADLINE_MS
  while (!existsSync(file)) {
    if (performance.now() > end) throw new Error('PostgreSQL was not started in time')
    await sleep(30)
  }
  return JSON.parse(readFileSync(file, 'utf8')).url
}

export type Database = {
  url: string
  name: string
  /** As a stranger would, with a connection of its own. */
  query<Row = Record<string, unknown>>(text: string, values?: unknown[]): Promise<Row[]>
  drop(): Promise<void>
}

async function once<Row>(url: string, text: string, values: unknown[] = []): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(text, values)).rows as Row[]
  } finally {
    await client.end()
  }
}

export async function createDatabase(): Promise<Database> {
  const base = await serverUrl()
  const name = `test_${randomBytes(6).toString('hex')}`
  await once(`${base}postgres`, `create database ${name}`)
  const url = `${base}${name}`
  return {
    url,
    name,
    query: (text, values) => once(url, text, values),
    drop: async () => void (await once(`${base}postgres`, `drop database ${name} with (force)`)),
  }
}
