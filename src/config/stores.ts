// Where the store is and where limits are counted, as the settings have it: without a URL both are files in the data directory.
// It must not open them.

import type { LimitsConfig } from '../limits/open.ts'
import type { StoreConfig } from '../storage/open.ts'
import type { Values } from './reader.ts'
import type { SERVER_SETTINGS } from './settings.ts'

type Server = Values<typeof SERVER_SETTINGS>

function toStore(server: Server): StoreConfig {
  const { databaseUrl, databaseConnections: connections, databasePooler: pooler } = server
  if (databaseUrl?.kind === 'postgres') return { ...databaseUrl, connections, pooler }
  const path = databaseUrl?.path ?? `${server.dataDir}/countersign.db`
  return { kind: 'sqlite', path, synchronous: server.sqliteSynchronous }
}

function toLimits(server: Server, store: StoreConfig): LimitsConfig {
  if (server.rateLimitUrl !== undefined) return { kind: 'redis', url: server.rateLimitUrl }
  if (store.kind === 'postgres') return store
  const folder = /^(.*\/)[^/]*$/.exec(store.path)?.[1] ?? './'
  return { kind: 'sqlite', path: `${folder}limits.db` }
}

export function toStores(server: Server): { store: StoreConfig; limits: LimitsConfig } {
  const store = toStore(server)
  return { store, limits: toLimits(server, store) }
}
