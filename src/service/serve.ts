// The start of the service, from settings to listening, and its end on a signal. compose.ts knows the parts.

import { readFileSync } from 'node:fs'
import { type Config, EXIT_CONFIG } from '../config/config.ts'
import { loadSettings } from '../config/load.ts'
import type { Environment } from '../config/reader.ts'
import { createLogger, type Logger } from '../kernel/logger.ts'
import { isLostFile } from '../kernel/lost-file.ts'
import type { Running } from './compose.ts'
import { adviseOn } from './start-advice.ts'
import { startThread } from './thread.ts'

const EXIT_FAILED = 1
/** As a shell counts a process that a signal ended: 128 + the signal's number. */
const EXIT_BY_SIGNAL = { SIGINT: 130, SIGTERM: 143 } as const
/** Beyond the grace, for what drain closes at its end. */
const DRAIN_SLACK_MS = 1000
/** How soon an orphan notices that npm has ended. */
const PARENT_CHECK_MS = 250
const SHELLS = /^(sh|dash|ash|bash)$/

/** The first signal drains; the second ends the process at once. */
function drainOnSignal(running: Running, graceMs: number, logger: Logger): () => void {
  let isDraining = false
  const drain = (reason: string): void => {
    isDraining = true
    logger.info({ reason, grace_ms: graceMs }, 'draining')
    setTimeout(() => {
      logger.error(
        {},
        'the grace period is over: ending with unfinished work, which the next start completes',
      )
      process.exit(EXIT_FAILED)
    }, graceMs + DRAIN_SLACK_MS).unref()
    running.drain(graceMs).then(
      () => {
        logger.info({}, 'drained')
        process.exit(0)
      },
      (error: unknown) => {
        logger.fatal({ err: error }, 'draining failed')
        process.exit(EXIT_FAILED)
      },
    )
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      if (isDraining) process.exit(EXIT_BY_SIGNAL[signal])
      drain(signal)
    })
  return () => {
    if (!isDraining) drain('npm ended')
  }
}

/** From Linux' /proc: `pid (name) state ppid …`; undefined elsewhere. */
function parentOf(pid: number): { name: string; parent: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const [, name = '', parent = ''] = /^\d+ \((.*)\) \S (\d+)/.exec(stat) ?? []
    return { name, parent: Number(parent) }
  } catch {
    return undefined
  }
}

/** The parent process, and behind the shell that npm puts in between, npm. */
function lineage(): string {
  const parent = parentOf(process.ppid)
  return `${process.ppid} ${parent && SHELLS.test(parent.name) ? parent.parent : ''}`
}

/** npm may be killed without a signal to its child: a service started by `npm start` ends with it. */
function endWithParent(end: () => void): void {
  const born = lineage()
  setInterval(() => {
    if (lineage() !== born) end()
  }, PARENT_CHECK_MS).unref()
}

function endOnUncaught(logger: Logger): void {
  for (const event of ['uncaughtException', 'unhandledRejection'] as const)
    process.on(event, (error: unknown) => {
      if (isLostFile(error))
        logger.fatal(
          { err: error, file: error.file },
          'the service ends: what it wrote may be lost, and the next start reads what is there',
        )
      else logger.fatal({ err: error }, 'a bug ended the service')
      process.exit(EXIT_FAILED)
    })
}

/** A valid number for the example: in development the inbox receives the message. */
const TRIAL_NUMBER = '+14155552671'

/** A key from a setting is named, not printed: logs are kept, and others read them. */
function keyOf(config: Config, name: 'apiKey' | 'adminKey'): string {
  const setting = { apiKey: 'API_KEY', adminKey: 'ADMIN_KEY' }[name]
  return config.made[name] ? String(config[name]) : `$${setting}` // mutant: C69.given-key-unprinted
}

function curl(config: Config, url: string, path: string, body: string): string {
  const socket = config.listen.kind === 'unix' ? `--unix-socket ${config.listen.path} ` : ''
  const base = config.listen.kind === 'unix' ? 'http://localhost' : url
  return `curl -sS ${socket}${base}${path} -H "Authorization: Bearer ${keyOf(config, 'apiKey')}" -H 'Content-Type: application/json' -d '${body}'`
}

/** Printed by `npm start` in development alone: the keys, the inbox and two requests to try. @param url where the service listens */
function describeTrial(config: Config, url: string): string {
  return `
Countersign is running in development mode: ${url}
  API key    ${keyOf(config, 'apiKey')}
  Inbox      ${url}/dev/inbox   (messages arrive here; without a provider none is sent)
  Console    ${url}/admin   (sign in with ${keyOf(config, 'adminKey')})
  Reference  ${url}/docs

Start a verification, then check it with its id and the code from the inbox:

  ${curl(config, url, '/verify/start', `{"to":"${TRIAL_NUMBER}"}`)}

  ${curl(config, url, '/verify/check', '{"id":"vrf_…","code":"000000"}')}

`
}

export async function serve(env: Environment): Promise<void> {
  const loaded = loadSettings(env)
  if (!loaded.ok) {
    process.stderr.write(`countersign: ${loaded.message}\n`)
    process.exit(EXIT_CONFIG)
  }
  const { config } = loaded
  const logger = createLogger({ level: config.logLevel })
  endOnUncaught(logger)
  for (const warning of config.warnings) logger.warn({}, warning)
  try {
    const thread = startThread(config, logger)
    const { compose } = await import('./compose.ts')
    const running = await compose(config, logger, thread)
    const end = drainOnSignal(running, config.shutdownGraceMs, logger)
    if (env.npm_lifecycle_event === 'start') endWithParent(end)
    const { url } = await running.listen()
    logger.info({ url, mode: config.mode, role: config.role }, 'listening')
    if (config.mode === 'development' && config.role !== 'worker')
      process.stdout.write(describeTrial(config, url))
  } catch (error) {
    const advice = adviseOn(error, config)
    logger.fatal({ err: error, advice, listen: config.listen }, 'the service could not start')
    process.exit(EXIT_FAILED)
  }
}
