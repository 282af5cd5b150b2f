// The one connection to Redis or Valkey: kept up for ever, and given out only while its server may count limits.
// It must not print the URL or a command: they hold a password.

import { Redis } from 'ioredis'
import { StartupError, StoreUnavailableError } from '../kernel/errors.ts'
import { inTime } from './in-time.ts'
import { examineServer, type Verdict } from './redis-server.ts'

/** A server that starts together with its nodes is there by then. */
const OPEN_DEADLINE_MS = 10_000
const CONNECT_MS = 2_000
/** No answer to anything for so long: the other end is gone, or another one took over. Another connection tells. */
const SILENCE_MS = 1_000
const KEEP_ALIVE_MS = 10_000
/** Reconnecting: half a second apart on the average once it has failed some times. */
const FIRST_RETRY_MS = 50
const LONGEST_RETRY_MS = 750
/** How often a server that is fit is asked whether it still is; its settings can be changed while it runs. */
const EXAMINE_EVERY_MS = 10_000
/** A server that is unfit is left, and looked for anew: behind its name another one may stand. */
const LOOK_AGAIN_MS = 1_000
const EXAMINE_MS = 1_000

const UNTOLD = 'make sure that its maxmemory-policy is noeviction'

type Log = { warn(fields: Record<string, unknown>, message: string): void }

export type RedisConnection = {
  readonly client: Redis
  /** @throws StoreUnavailableError, at once, while no server is there that may count */
  requireUsable(): void
  close(): void
}

export type RedisConnectionOptions = {
  /** redis:// or rediss://, as the settings have checked it. */
  url: string
  logger: Log
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
    // Numbers are all that comes back; older servers and proxies know nothing else.
    protocol: 2,
    lazyConnect: true,
    // Every connection is examined more closely below.
    enableReadyCheck: false,
    // Away means away: nothing waits for its return, and nothing is counted twice by being sent again.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
    keepAlive: KEEP_ALIVE_MS,
    retryStrategy: (times) =>
      Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (times - 1)) * (0.5 + Math.random() / 2),
    // It was the primary once: by its name the new one is found.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  })
}

/** What waiting does not mend, in an operator's words. */
const ADVICE: readonly [RegExp, string][] = [
  [/WRONGPASS|NOAUTH|invalid password/, 'the user or the password is wrong: see RATE_LIMIT_URL'],
  [/NOPERM/, 'the user lacks rights: give it ~countersign:* +@all'],
  [/DB index/, 'there is no such database: see the number at the end of RATE_LIMIT_URL'],
  [
    /CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS|certificate/,
    'its certificate is not trusted: NODE_EXTRA_CA_CERTS names a file of further authorities',
  ],
]

type Problem = { what: string; isFinal: boolean }

/** The driver's errors carry the command, AUTH with its password among them: the text alone goes on. */
function explain(error: unknown): Problem {
  const { code, message } = error as Error & { code?: string }
  const what = code ?? message
  const [, advice] = ADVICE.find(([pattern]) => pattern.test(`${what} ${message}`)) ?? []
  if (advice) return { what: `${advice} (${what.slice(0, 80)})`, isFinal: true }
  return { what, isFinal: false }
}

type Events = {
  onVerdict(verdict: Verdict): void
  onProblem(problem: Problem): void
  /** The connection has ended; another one is being made. */
  onAway(): void
}

/** Examines the server as soon as a connection stands, and again and again while it does. @returns its end */
function watch(client: Redis, examineEveryMs: number, events: Events): () => void {
  let connections = 0
  let timer: NodeJS.Timeout | undefined
  const look = async () => {
    const connection = connections
    let next: { ms: number; work: () => void } = { ms: LOOK_AGAIN_MS, work: look }
    try {
      const verdict = await inTime(examineServer(client), EXAMINE_MS)
      if (connection !== connections) return
      events.onVerdict(verdict)
      if (verdict.kind === 'unfit') next = { ...next, work: () => client.disconnect(true) }
      else if (verdict.kind !== 'busy') next = { ...next, ms: examineEveryMs }
    } catch (error) {
      if (connection !== connections) return
      events.onProblem(explain(error))
    }
    timer = setTimeout(next.work, next.ms)
    timer.unref()
  }
  client.on('ready', () => void look())
  client.on('error', (error) => events.onProblem(explain(error)))
  client.on('close', () => {
    connections += 1
    clearTimeout(timer)
    events.onAway()
  })
  return () => clearTimeout(timer)
}

/** Why nothing can be counted now, and the log of it: one line for each change, not for each attempt. */
function createState(logger: Log) {
  /** Of the server that was reached last: it stays the reason when its connection ends. */
  let unfit: string | null = null
  let problem: string | null = 'it was not reached yet'
  let told = ''
  const tell = (what: string, message: string) => {
    if (what !== told) logger.warn({ problem: what }, message)
    told = what
  }
  return {
    unusable: () => unfit ?? problem,
    take(verdict: Verdict) {
      problem = null
      unfit = 'why' in verdict ? verdict.why : null
      if (unfit !== null) return tell(unfit, 'Redis cannot count the limits')
      if (verdict.kind === 'fit, as far as it tells')
        return tell(UNTOLD, 'Redis counts the limits, but does not report whether it evicts keys')
      if (told !== '') logger.warn({}, 'Redis counts the limits')
      told = ''
    },
    note(what: string) {
      problem = what
      tell(what, 'no answer from Redis')
    },
    leave() {
      problem ??= 'the connection has ended'
    },
  }
}

/** @throws StartupError where no server that may count is there in time */
export async function connectRedis(options: RedisConnectionOptions): Promise<RedisConnection> {
  const { url, logger, openDeadlineMs = OPEN_DEADLINE_MS } = options
  const client = createClient(url)
  const state = createState(logger)
  const opened = Promise.withResolvers<void>()
  const stop = watch(client, options.examineEveryMs ?? EXAMINE_EVERY_MS, {
    onVerdict(verdict) {
      state.take(verdict)
      if (verdict.kind === 'unfit') opened.reject(new StartupError(`Redis ${verdict.why}.`))
      else if (verdict.kind !== 'busy') opened.resolve()
    },
    onProblem({ what, isFinal }) {
      state.note(what)
      if (isFinal) opened.reject(new StartupError(`Redis: ${what}.`))
    },
    onAway: state.leave,
  })
  const slow = setTimeout(() => {
    const advice = 'is it running, and is RATE_LIMIT_URL right?'
    opened.reject(new StartupError(`Redis does not answer (${state.unusable()}): ${advice}`))
  }, openDeadlineMs)
  const close = () => {
    stop()
    client.disconnect()
  }
  // Its errors come as events, too.
  client.connect().catch(() => {})
  try {
    await opened.promise
  } catch (error) {
    close()
    throw error
  } finally {
    clearTimeout(slow)
  }
  return {
    client,
    requireUsable() {
      const why = state.unusable()
      if (why !== null) throw new StoreUnavailableError(`the limit store cannot be used: ${why}`)
    },
    close,
  }
}
