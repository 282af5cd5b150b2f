// Where the settings keep what is stored and what is counted: a file, PostgreSQL, Redis.
// It must not open anything.

import type { LimitsConfig } from '../limits/open.ts'
import type { StoreConfig } from '../storage/open.ts'
import type { Values } from './reader.ts'
import type { SERVER_SETTINGS } from './settings.ts'

type Server = Values<typeof SERVER_SETTINGS>

function beside(path: string, name: string): string {
  const directory = /^(.*\/)[^/]*$/.exec(path)?.[1] ?? './'
  return `${directory}${name}`
}

export function toStore(server: Server): StoreConfig {
  const { databaseUrl } = server
  if (databaseUrl?.kind === 'postgres')
    return {
      ...databaseUrl,
      connections: server.databaseConnections,
      pooler: server.databasePooler,
    }
  const path = databaseUrl?.path ?? `${server.dataDir}/countersign.db`
  return { kind: 'sqlite', path, synchronous: server.sqliteSynchronous }
}

export function toLimits(server: Server, store: StoreConfig): LimitsConfig {
  if (server.rateLimitUrl !== undefined) return { kind: 'redis', url: server.rateLimitUrl }
  return store.kind === 'postgres'
    ? store
    : { kind: 'sqlite', path: beside(store.path, 'limits.db') }
}
