// The one connection to Redis or Valkey: kept up for ever, and used only while its server may count limits.
// It must not print the URL or a command: they hold a password.

import { Redis } from 'ioredis'
import { StartupError, StoreUnavailableError } from '../kernel/errors.ts'
import type { Logger } from '../kernel/logger.ts'
import { inTime } from './counting.ts'
import { examineServer, explain, type Problem, type Verdict } from './redis-server.ts'

/** A server that starts together with its nodes is there by then. */
const OPEN_DEADLINE_MS = 10_000
const CONNECT_MS = 2_000
/** No answer to anything for this long: the other end has gone, or another one took over. A new connection finds out. */
const SILENCE_MS = 1_000
const KEEP_ALIVE_MS = 10_000
/** Reconnecting: half a second apart on the average once it has failed some times. */
const FIRST_RETRY_MS = 50
const LONGEST_RETRY_MS = 750
/** Between two examinations of a server that is fit; its settings can be changed while it runs. */
const EXAMINE_EVERY_MS = 10_000
/** Until an unfit server is left for a new connection: behind its name another one may stand. */
const RECONNECT_MS = 1_000
const EXAMINE_MS = 1_000

const UNREPORTED = 'make sure that its maxmemory-policy is noeviction'

export type RedisConnection = {
  readonly client: Redis
  /** @throws StoreUnavailableError, at once while no server is there that may count, or in place of the driver's error */
  use<T>(work: (client: Redis) => Promise<T>): Promise<T>
  close(): void
}

export type RedisConnectionOptions = {
  /** redis:// or rediss://, as the settings have checked it. */
  url: string
  logger: Pick<Logger, 'warn'>
  openDeadlineMs?: number
  examineEveryMs?: number
}

function createClient(url: string): Redis {
  const { protocol, hostname, port, username, password, pathname } = new URL(url)
  const host = hostname.replace(/^\[|\]$/g, '')
  return new Redis({
    host,
    port: Number(port || 6379),
    ...(username && { username: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
    db: Number(pathname.slice(1)),
    ...(protocol === 'rediss:' && { tls: {} }),
    connectionName: 'countersign',
    disableClientInfo: true,
    // Only numbers come back; older servers and proxies know no other protocol.
    protocol: 2,
    lazyConnect: true,
    // Every connection is examined more closely below.
    enableReadyCheck: false,
    // While it is down nothing waits for its return, and nothing is counted twice by being sent again.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
    keepAlive: KEEP_ALIVE_MS,
    retryStrategy: (times) =>
      Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (times - 1)) * (0.5 + Math.random() / 2),
    // It is no longer the primary: its name leads to the new one.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  })
}

/**
 * Why nothing can be counted now, and the log of it: one line for each change, not for each attempt. `opened` is settled
 * by the first verdict, or by a problem that does not go away by waiting.
 */
function createState(logger: Pick<Logger, 'warn'>) {
  const opened = Promise.withResolvers<void>()
  /** Of the server that was reached last: it stays the reason when its connection ends. */
  let unfit: string | null = null
  let problem: string | null = 'it has not been reached yet'
  let reported = ''
  const report = (what: string, message: string) => {
    if (what !== reported) logger.warn({ problem: what }, message)
    reported = what
  }
  return {
    opened,
    unusable: () => unfit ?? problem,
    take(verdict: Verdict) {
      problem = null
      unfit = 'why' in verdict ? verdict.why : null
      if (verdict.kind === 'unfit') opened.reject(new StartupError(`Redis ${verdict.why}.`))
      else if (verdict.kind !== 'busy') opened.resolve()
      if (unfit !== null) return report(unfit, 'Redis cannot count the limits')
      if (verdict.kind === 'fit, as far as reported')
        return report(
          UNREPORTED,
          'Redis counts the limits, but does not report whether it evicts keys',
        )
      if (reported !== '') logger.warn({}, 'Redis counts the limits')
      reported = ''
    },
    note({ what, isFinal }: Problem) {
      problem = what
      report(what, 'no answer from Redis')
      if (isFinal) opened.reject(new StartupError(`Redis: ${what}.`))
    },
    /** The connection has ended; another one is being made. */
    leave() {
      problem ??= 'the connection has ended'
    },
  }
}

type State = ReturnType<typeof createState>

/** Examines the server as soon as there is a connection, and regularly after that. @returns the function that ends it */
function watch(client: Redis, examineEveryMs: number, state: State): () => void {
  let connections = 0
  let timer: NodeJS.Timeout | undefined
  const examine = async () => {
    const connection = connections
    let next: { ms: number; work: () => void } = { ms: RECONNECT_MS, work: examine }
    try {
      const verdict = await inTime(examineServer(client), EXAMINE_MS)
      if (connection !== connections) return
      state.take(verdict)
      if (verdict.kind === 'unfit') next = { ...next, work: () => client.disconnect(true) }
      else if (verdict.kind !== 'busy') next = { ...next, ms: examineEveryMs }
    } catch (error) {
      if (connection !== connections) return
      state.note(explain(error))
    }
    timer = setTimeout(next.work, next.ms)
    timer.unref()
  }
  client.on('ready', () => void examine())
  client.on('error', (error) => state.note(explain(error)))
  client.on('close', () => {
    connections += 1
    clearTimeout(timer)
    state.leave()
  })
  return () => clearTimeout(timer)
}

/** @throws StartupError where no server that may count is there in time */
export async function connectRedis(options: RedisConnectionOptions): Promise<RedisConnection> {
  const { url, logger, openDeadlineMs = OPEN_DEADLINE_MS } = options
  const client = createClient(url)
  const state = createState(logger)
  const stop = watch(client, options.examineEveryMs ?? EXAMINE_EVERY_MS, state)
  const slow = setTimeout(() => {
    const advice = 'is it running, and is RATE_LIMIT_URL right?'
    state.opened.reject(new StartupError(`Redis does not answer (${state.unusable()}): ${advice}`))
  }, openDeadlineMs)
  const close = () => {
    stop()
    client.disconnect()
  }
  // Its errors come as events, too.
  client.connect().catch(() => {})
  try {
    await state.opened.promise
  } catch (error) {
    close()
    throw error
  } finally {
    clearTimeout(slow)
  }
  return {
    client,
    async use(work) {
      const why = state.unusable()
      if (why !== null) throw new StoreUnavailableError(`the limit store cannot be used: ${why}`)
      try {
        return await work(client)
      } catch (error) {
        if (error instanceof StoreUnavailableError) throw error
        // The driver's errors carry the command that failed: only the text is passed on.
        const cause = new Error((error as Error).message)
        throw new StoreUnavailableError('the limit store failed', { cause })
      }
    },
    close,
  }
}
