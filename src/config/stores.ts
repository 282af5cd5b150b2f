// Where the settings keep what is stored and what is counted: a file, PostgreSQL, Redis.
// It must not open anything.

import type { Pooler } from '../kernel/postgres-connection.ts'
import type { Values } from './reader.ts'
import type { SERVER_SETTINGS } from './settings.ts'

type Server = Values<typeof SERVER_SETTINGS>

export type PostgresConfig = {
  readonly kind: 'postgres'
  /** Holds a password: never logged. */
  readonly url: string
  readonly connections: number
  readonly pooler: Pooler
}
export type StoreConfig =
  | {
      readonly kind: 'sqlite'
      /** The file of everything but the counters. */
      readonly path: string
      readonly synchronous: 'full' | 'normal'
    }
  | PostgresConfig
export type LimitsConfig =
  | { readonly kind: 'sqlite'; readonly path: string }
  | { readonly kind: 'redis'; readonly url: string }
  | PostgresConfig

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
