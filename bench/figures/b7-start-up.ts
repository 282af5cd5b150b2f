// B7: from the start of the process to its first 200, against a bare Hono server bundled the same way; memory at rest.
// Both are asked the same way, over fresh connections, until they answer.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { request } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { build } from 'esbuild'
import { alternate, type Figure, measure } from '../harness/figure.ts'
import { stopChild, track } from '../harness/processes.ts'
import { IMAGE, makeDirectory, ROOT, serviceEnvironment, startService } from '../harness/server.ts'
import { format, median } from '../harness/stats.ts'
import { rssMib, waitIdle } from '../harness/usage.ts'

const ROUNDS = 15
const REST_ROUNDS = 3
const ASK_EVERY_MS = 2
const DEADLINE_MS = 20_000
/** argon2's memory goes back two seconds after its last use (scripts/argon2-blocks.h). */
const REST_MS = 3_000
const MAX_RATIO = 2
/** 100, and 15 for the thread that has the store. */
const MAX_REST_MIB = 115

async function bundleBareHono(): Promise<string> {
  const outfile = join(makeDirectory(), 'main.js')
  await build({
    ...{ entryPoints: [join(ROOT, 'bench/peers/bare-hono.ts')], outfile, bundle: true },
    ...{ format: 'esm', platform: 'node', target: 'node26' },
    ...{ minifyWhitespace: true, minifySyntax: true, legalComments: 'none', logLevel: 'error' },
  })
  return outfile
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address ? address.port : 0
}

function ask(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request({ host: '127.0.0.1', port, path: '/healthz', agent: false }, (answer) => {
      answer.resume()
      resolve(answer.statusCode === 200)
    })
    asked.on('error', () => resolve(false))
    asked.end()
  })
}

async function timeToFirst200(file: string, env: Record<string, string>, cwd: string) {
  const port = await freePort()
  const began = performance.now()
  const child = spawn(process.execPath, [file], {
    env: { PATH: process.env.PATH ?? '', ...env, PORT: String(port) },
    cwd,
    stdio: 'ignore',
  })
  track(child)
  while (!(await ask(port))) {
    if (performance.now() - began > DEADLINE_MS) throw new Error(`${file} did not answer`)
    await sleep(ASK_EVERY_MS)
  }
  const tookMs = performance.now() - began
  await stopChild(child)
  return tookMs
}

export const startUp: Figure = {
  id: 'B7',
  title: 'Start-up and rest, as the image runs it',
  async run({ loader }) {
    const bare = await bundleBareHono()
    const env = serviceEnvironment(makeDirectory(), loader.gatewayEnv)
    const startService200 = () => timeToFirst200('dist/main.js', env, IMAGE.directory)
    const startBare = () => timeToFirst200(bare, env, ROOT)
    // The first makes the database's files, the others open them, as a restart does.
    const firstMs = await startService200()
    await startBare()
    const times = await alternate(ROUNDS, { bare: startBare, service: startService200 })
    const ratios = times.service.map((ms, i) => ms / (times.bare[i] ?? Number.NaN))
    const rest: number[] = []
    for (let round = 0; round < REST_ROUNDS; round += 1) {
      const service = await startService(loader.gatewayEnv)
      await waitIdle(service.pid)
      await sleep(REST_MS)
      rest.push(rssMib(service.pid))
      await service.stop()
    }
    return {
      measures: [
        measure('B7a', 'process start to first 200 ÷ bare Hono', ratios, { atMost: MAX_RATIO }),
        measure('B7b', 'resident memory at rest, mint full', rest, { atMost: MAX_REST_MIB }, 'MiB'),
      ],
      notes: [
        `First 200 after ${format(median(times.service))} ms, bare Hono after ${format(median(times.bare))} ms; with an empty data directory after ${format(firstMs)} ms.`,
      ],
    }
  },
}
