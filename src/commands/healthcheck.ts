// Asks the service on this machine whether it is alive: the image's HEALTHCHECK, for it has no curl.
// It must not read the database or make keys: it runs every few seconds beside the service.

import { request } from 'node:http'
import { type Command, EXIT, type Terminal } from './command.ts'

const TIMEOUT_MS = 3000
const DEFAULT_PORT = '8080'

/** Where the service listens on this machine, by the same settings. */
function whereabouts({ env }: Terminal) {
  const host = env.HOST || '127.0.0.1'
  if (host.startsWith('unix:')) return { socketPath: host.slice('unix:'.length) }
  const everywhere: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' }
  return { host: everywhere[host] ?? host, port: env.PORT || DEFAULT_PORT }
}

export const healthcheckCommand: Command = {
  words: 'healthcheck',
  summary: 'Exits 0 when the service here answers, 1 when not.',
  options: {},
  run: (_, terminal) =>
    new Promise((resolve) => {
      const asked = request(
        { ...whereabouts(terminal), path: '/healthz', timeout: TIMEOUT_MS },
        (answer) => {
          answer.resume()
          resolve(answer.statusCode === 200 ? EXIT.ok : EXIT.failed)
        },
      )
      asked.on('timeout', () => asked.destroy(new Error('timeout')))
      asked.on('error', (error: NodeJS.ErrnoException) => {
        terminal.err(`countersign: the service does not answer (${error.code ?? error.message})\n`)
        resolve(EXIT.failed)
      })
      asked.end()
    }),
}
