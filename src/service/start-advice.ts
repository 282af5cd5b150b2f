// Why a start failed after its settings were read, in an operator's words: which setting it is, and what to do.

import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Config } from '../config/config.ts'
import { SERVER_SETTINGS } from '../config/settings.ts'
import { StartupError } from '../kernel/errors.ts'
import { describeFileFault } from '../kernel/file-fault.ts'

type Addresses = Pick<Config, 'listen' | 'metrics'>
/** As Node reports it: of listen(), or of the look-up before. */
type ListenError = NodeJS.ErrnoException & { port?: number; hostname?: string }
type Names = { host: string; port: string }

const NAMES: Names = { host: SERVER_SETTINGS.host.name, port: SERVER_SETTINGS.port.name }
const METRICS_NAMES: Names = {
  host: SERVER_SETTINGS.metricsHost.name,
  port: SERVER_SETTINGS.metricsPort.name,
}

/** The settings of the address that was listened on. */
function namesOf({ port, hostname }: ListenError, { listen, metrics }: Addresses): Names {
  const isOf = (one: { host: string; port: number }) =>
    port === one.port || (hostname !== undefined && hostname === one.host)
  const isOwn = listen.kind === 'tcp' && isOf(listen)
  return metrics && !isOwn && isOf(metrics) ? METRICS_NAMES : NAMES
}

const UNKNOWN_NAME = ({ host }: Names) =>
  `the name in ${host} cannot be looked up: give an address of this machine, or 0.0.0.0 for all`

/** By Node's code. */
const LISTEN_ADVICE: Readonly<Record<string, (names: Names) => string>> = {
  EADDRINUSE: ({ port }) =>
    `the address is in use: choose another ${port}, or stop the program that uses it`,
  EACCES: ({ port }) => `permission denied: a ${port} under 1024 needs privileges`,
  EADDRNOTAVAIL: ({ host }) => `this machine does not have the address: set ${host}`,
  ENOTFOUND: UNKNOWN_NAME,
  EAI_AGAIN: UNKNOWN_NAME,
}

/** libuv reports EACCES for a folder that does not exist. */
function adviseOnSocket(path: string, code: string): string {
  const folder = dirname(path)
  if (!existsSync(folder)) return `there is no folder ${folder} for the socket: mkdir -p ${folder}` // mutant: C71.socket-folder-missing
  return describeFileFault(path, 'write') ?? `the socket ${path} cannot be used (${code})` // mutant: C71.socket-path-occupied
}

/** Undefined: nothing that settings can mend. */
export function adviseOn(error: unknown, addresses: Addresses): string | undefined {
  if (error instanceof StartupError) return error.message
  const failed = error as ListenError
  const { code = '', syscall = '', port = -1 } = failed
  const { listen } = addresses
  const isOfSocket = ['listen', 'unlink'].includes(syscall) && port < 0
  if (listen.kind === 'unix' && isOfSocket) return adviseOnSocket(listen.path, code)
  return LISTEN_ADVICE[code]?.(namesOf(failed, addresses))
}
