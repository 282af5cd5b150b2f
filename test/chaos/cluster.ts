// What the run strikes at: four nodes as their own processes, one PostgreSQL and, where it is installed, one Redis.
// It must not heal by itself: who breaks something puts it right.

import pg from 'pg'
import { providerSettings } from '../delivery/made-up-providers.ts'
import {
  freePort,
  LIGHT,
  type ServiceProcess,
  startService,
  temporaryDirectory,
} from '../e2e/service-process.ts'
import { type PostgresServer, startPostgres } from '../postgres/server.ts'
import { REDIS, type RedisServer, startRedis } from '../redis/server.ts'
import { RULES } from './settings.ts'

const NODES = 4
/** Two cores start four nodes while other tests run. */
const READY_WITHIN_MS = 60_000

export type Node = {
  readonly index: number
  readonly url: string
  isUp(): boolean
  /** Resolves once it answers /readyz. */
  start(): Promise<void>
  kill(): Promise<void>
  /** SIGTERM. @returns its exit code */
  drain(): Promise<number | null>
  freeze(): void
  thaw(): void
}

/** What a node wrote, from each of its lives. */
export type NodeLog = { node: number; text: string }

export type Cluster = {
  readonly nodes: readonly Node[]
  readonly postgres: PostgresServer
  /** Counts the limits where it is installed; else PostgreSQL does. */
  readonly redis: RedisServer | undefined
  readonly databaseUrl: string
  /** A life of a node that ended though nobody ended it. */
  readonly deaths: readonly string[]
  logs(): NodeLog[]
  stop(): Promise<void>
}

/** Light hashes, small pools: what is under test is the state, not the speed. */
function nodeEnvironment(databaseUrl: string): Record<string, string> {
  return {
    ...LIGHT,
    LOG_LEVEL: 'debug',
    DATABASE_URL: databaseUrl,
    DATABASE_CONNECTIONS: '5',
    MINT_SIZE: '8',
    CLIENT_IP: 'required',
    CODE_LENGTH: String(RULES.codeLength),
    TTL_SECONDS: String(RULES.ttlSeconds),
    MAX_ATTEMPTS: String(RULES.maxAttempts),
    LIMIT_SENDS_PER_NUMBER_BURST: `${RULES.sendsPerNumber}/${RULES.windowSeconds}`,
    LIMIT_SENDS_PER_NUMBER_DAY: 'off',
    LIMIT_SENDS_PER_IP_BURST: `${RULES.sendsPerAddress}/${RULES.windowSeconds}`,
    LIMIT_SENDS_PER_IP_DAY: 'off',
    LIMIT_SENDS_PER_PREFIX_HOUR: 'off',
    LIMIT_CHECK_PER_NUMBER: 'off',
    LIMIT_GUESSES_PER_NUMBER_HOUR: `${RULES.guessesPerNumber}/${RULES.windowSeconds}`,
    LIMIT_GUESSES_PER_NUMBER_DAY: 'off',
  }
}

function createNode(input: {
  index: number
  port: number
  launch: () => Promise<ServiceProcess>
  lives: ServiceProcess[]
  deaths: string[]
}): Node {
  const { index, port, launch, lives, deaths } = input
  let life: ServiceProcess | undefined
  let isWanted = false
  const end = async (signal: NodeJS.Signals) => {
    isWanted = false
    life?.kill(signal)
    const code = (await life?.exited) ?? null
    life = undefined
    return code
  }
  return {
    index,
    url: `http://127.0.0.1:${port}`,
    isUp: () => life !== undefined,
    async start() {
      isWanted = true
      const started = await launch()
      life = started
      lives.push(started)
      void started.exited.then((code) => {
        if (isWanted && life === started) deaths.push(`node ${index} ended by itself, code ${code}`)
      })
    },
    kill: async () => void (await end('SIGKILL')),
    drain: () => end('SIGTERM'),
    freeze: () => void life?.kill('SIGSTOP'),
    thaw: () => void life?.kill('SIGCONT'),
  }
}

async function createDatabase(server: PostgresServer): Promise<string> {
  const client = new pg.Client({ connectionString: server.url() })
  await client.connect()
  await client.query('create database chaos')
  await client.end()
  return server.url('chaos')
}

/**
 * @param gatewayUrlOf where a node's providers are
 * @param deadlineSeconds of a send; the lease is three of them
 */
export async function startCluster(
  gatewayUrlOf: (node: number) => string,
  deadlineSeconds: number = RULES.deliveryDeadlineSeconds,
): Promise<Cluster> {
  const directory = temporaryDirectory()
  const postgres = await startPostgres()
  const redis = REDIS ? await startRedis() : undefined
  const databaseUrl = await createDatabase(postgres)
  const env = {
    ...nodeEnvironment(databaseUrl),
    DELIVERY_DEADLINE_SECONDS: String(deadlineSeconds),
    ...(redis && { RATE_LIMIT_URL: redis.url() }),
  }
  const lives: ServiceProcess[] = []
  const deaths: string[] = []
  const launch = (index: number, port: number) => {
    const settings = { ...env, ...providerSettings(gatewayUrlOf(index)) }
    return startService(directory.path, settings, { port, readyWithinMs: READY_WITHIN_MS })
  }
  const ports = await Promise.all(Array.from({ length: NODES }, freePort))
  const nodes = ports.map((port, index) =>
    createNode({ index, port, launch: () => launch(index, port), lives, deaths }),
  )
  const stop = async () => {
    await Promise.all(nodes.map((node) => node.kill()))
    await Promise.all([postgres.stop(), redis?.stop()])
    directory.remove()
  }
  try {
    await Promise.all(nodes.map((node) => node.start()))
  } catch (error) {
    await stop()
    throw error
  }
  return {
    ...{ nodes, postgres, redis, databaseUrl, deaths, stop },
    logs: () =>
      lives.map((life) => ({
        node: ports.findIndex((port) => life.url.endsWith(`:${port}`)),
        text: life.output(),
      })),
  }
}
