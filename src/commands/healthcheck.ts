// countersign healthcheck: whether the service on this machine answers. The image's HEALTHCHECK, which has no curl.
// It must not read the database or create keys: it runs every few seconds beside the service.

import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { reachedAt, toListen } from '../config/listen.ts'
import { createReader } from '../config/reader.ts'
import { SERVER_SETTINGS } from '../config/settings.ts'
import { type Command, EXIT, type Terminal } from './command.ts'

const TIMEOUT_MS = 3000

type Whereabouts = { socketPath: string } | { host: string; port: number }

/** Where the service listens on this machine, read as the service reads it (authelia 1442, vaultwarden 2841). */
function whereabouts({ env }: Terminal): Whereabouts | { problems: string[] } {
  const reader = createReader(env, (path) => readFileSync(path, 'utf8'))
  const { host, port } = SERVER_SETTINGS
  const listen = toListen(reader.read({ host, port })) // mutant: C69.healthcheck-same-port
  if (listen.kind === 'tcp' && listen.port === 0)
    reader.note(
      port.name,
      '0 uses any free port, which a health check cannot know: give a fixed one',
    )
  const problems = reader.problems()
  if (problems.length > 0) return { problems }
  return listen.kind === 'unix'
    ? { socketPath: listen.path }
    : { host: reachedAt(listen.host), port: listen.port }
}

export const healthcheckCommand: Command = {
  words: 'healthcheck',
  summary: 'Exits with 0 if the service on this machine answers, else with 1.',
  options: {},
  run(_, terminal) {
    const where = whereabouts(terminal)
    if ('problems' in where) {
      terminal.err(where.problems.map((problem) => `countersign: ${problem}\n`).join(''))
      return Promise.resolve(EXIT.failed)
    }
    return new Promise((resolve) => {
      const asked = request(
        // An agent of its own: the global one may go by a proxy (NODE_USE_ENV_PROXY).
        { ...where, path: '/healthz', timeout: TIMEOUT_MS, agent: new Agent() },
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
    })
  },
}
