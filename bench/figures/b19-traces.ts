// B19: flows with traces beside flows without: flows a second and the server's CPU, at the light cost, on a SQLite file.
// The collector takes everything and reads nothing: what it costs elsewhere is not in this figure, but its part of the machine is.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { alternate, type Context, type Figure, measure } from '../harness/figure.ts'
import { API_KEY, LIGHT_COST, type Service, startService } from '../harness/server.ts'
import { format, median } from '../harness/stats.ts'
import { waitIdle } from '../harness/usage.ts'

const ROUNDS = 9
const SECONDS = 2
/** As in B3. */
const CALLERS = 8
const MIN_RATE = 0.9
const MAX_CPU = 1.1

type Side = { rate: number; cpuMs: number }

/** @returns its URL, how many bytes came, and the function that ends it */
async function startCollector() {
  let bytes = 0
  const server = createServer((request, response) => {
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length
    })
    request.on('end', () => response.writeHead(200).end('{}'))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    bytes: () => bytes,
    close: () => void server.close().closeAllConnections(),
  }
}

async function measureSide({ loader, share }: Context, all: readonly Service[], one: Service) {
  for (const { pid } of all) await waitIdle(pid)
  const { url, pid } = one
  const result = await loader.run('closedLoop', {
    ...{ target: 'ours', url, pid, apiKey: API_KEY },
    ...{ callers: CALLERS, warmUpSeconds: 0.5, seconds: SECONDS * share },
  })
  return { rate: result.flowsPerSecond, cpuMs: result.serverCpuMs / result.flows }
}

export const traces: Figure = {
  id: 'B19',
  title: 'Traces',
  async run(context) {
    const collector = await startCollector()
    const env = { ...context.loader.gatewayEnv, ...LIGHT_COST }
    const off = await startService(env)
    const on = await startService({ ...env, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url })
    const side = (one: Service) => (): Promise<Side> => measureSide(context, [off, on], one)
    const sides = await alternate(ROUNDS, { off: side(off), on: side(on) })
    await Promise.all([off.stop(), on.stop()])
    collector.close()
    const ratio = (name: keyof Side) =>
      sides.on.map((one, i) => one[name] / (sides.off[i]?.[name] ?? Number.NaN))
    const of = (name: keyof Side) =>
      (['off', 'on'] as const).map((which) => median(sides[which].map((one) => one[name])))
    const [rates, cpu] = [of('rate'), of('cpuMs')]
    return {
      measures: [
        measure('B19a', 'Flows/s, traces on ÷ off', ratio('rate'), { atLeast: MIN_RATE }),
        measure('B19b', 'CPU of a flow, traces on ÷ off', ratio('cpuMs'), { atMost: MAX_CPU }),
      ],
      notes: [
        `Off: ${format(rates[0] ?? 0)} flows/s with ${format(cpu[0] ?? 0)} ms of the server's CPU; on: ${format(rates[1] ?? 0)} with ${format(cpu[1] ?? 0)} ms, every trace recorded, ${Math.round(collector.bytes() / 1_048_576)} MiB of spans sent. What the code costs while traces are off is B13's to show, against the commit before them.`,
      ],
    }
  },
}
