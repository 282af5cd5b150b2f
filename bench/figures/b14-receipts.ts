// B14: the server's CPU of a start with a chain of three steps beside one without, of a receipt, and of a forged one.
// CPU, not time: what else the machine does then counts little.

import { alternate, type Figure, measure } from '../harness/figure.ts'
import { API_KEY, LIGHT_COST, startService } from '../harness/server.ts'
import { format, median } from '../harness/stats.ts'
import { cpuMs, waitIdle } from '../harness/usage.ts'

/** Of starts many short ones: two sides that differ by a fiftieth meet the same moods of the machine. */
const ROUNDS = 10
const STARTS = 60
const RECEIPT_ROUNDS = 4
const RECEIPTS = 150
const FORGED_OF_EACH = 40
const MAX_GROWTH = 1.05
const MAX_RECEIPT_MS = 1
const MAX_FORGED_MS = 0.1
/** No step but the first goes out meanwhile. */
const CHAIN = [
  { channel: 'sms', timeout_seconds: 300 },
  { channel: 'whatsapp', timeout_seconds: 300 },
  'telegram',
]
const CHANNELS = {
  PUBLIC_URL: 'https://verify.example.com',
  HTTP_SMS_BODY: '{"id":"{{verification_id}}","code":"{{code}}","callback":"{{callback_url}}"}',
  TELEGRAM_TOKEN: 'a-token-of-the-benchmark',
  WHATSAPP_CLOUD_ACCESS_TOKEN: 'a-token-of-the-benchmark',
  WHATSAPP_CLOUD_PHONE_NUMBER_ID: '123456789012345',
  WHATSAPP_CLOUD_TEMPLATE: 'login_code',
  WHATSAPP_CLOUD_APP_SECRET: 'a-secret-of-the-benchmark',
  WHATSAPP_CLOUD_VERIFY_TOKEN: 'a-token-of-the-benchmark',
}

export const receipts: Figure = {
  id: 'B14',
  title: 'Chains and receipts',
  async run({ loader, share }) {
    const starts = Math.max(10, Math.round(STARTS * share))
    const count = Math.max(10, Math.round(RECEIPTS * share))
    const gateway = loader.gatewayEnv
    const service = await startService({ ...gateway, ...CHANNELS })
    const light = await startService({ ...gateway, ...CHANNELS, ...LIGHT_COST })
    /** Of each of `n`, from one rest to the next: a code that is made in advance is part of a start. */
    const cpuOf = async ({ pid }: typeof service, n: number, work: () => Promise<unknown>) => {
      await waitIdle(pid)
      const before = cpuMs(pid)
      await work()
      await waitIdle(pid)
      return (cpuMs(pid) - before) / n
    }
    const start = (channels: readonly unknown[] | null) => () => {
      const job = { url: service.url, apiKey: API_KEY, count: starts, channels }
      return cpuOf(service, starts, () => loader.run('starts', job))
    }
    const cpu = await alternate(ROUNDS, { plain: start(null), chain: start(CHAIN) })
    const { url } = light
    const told = { receipt: [] as number[], forged: [] as number[] }
    // Code is compiled in the first one, which is not counted: a flood is long.
    for (let round = 0; round <= RECEIPT_ROUNDS; round += 1) {
      await loader.run('forget', null)
      await loader.run('starts', { url, apiKey: API_KEY, count, channels: null })
      const forge = () => loader.run('reports', { url, forged: FORGED_OF_EACH })
      const forged = await cpuOf(light, count * FORGED_OF_EACH, forge)
      const receipt = await cpuOf(light, count, () => loader.run('reports', { url, forged: 0 }))
      if (round > 0) told.forged.push(forged)
      if (round > 0) told.receipt.push(receipt)
    }
    await Promise.all([service.stop(), light.stop()])
    const growth = cpu.chain.map((one, i) => one / (cpu.plain[i] ?? Number.NaN))
    return {
      measures: [
        measure('B14a', 'CPU of a start, chain of three ÷ none', growth, { atMost: MAX_GROWTH }),
        measure('B14b', 'CPU of a receipt', told.receipt, { atMost: MAX_RECEIPT_MS }, 'ms'),
        measure('B14c', 'CPU of a forged one', told.forged, { atMost: MAX_FORGED_MS }, 'ms'),
      ],
      notes: [
        `A start with its message and the code that is made in its place: ${format(median(cpu.plain))} ms of the server's CPU, with a chain ${format(median(cpu.chain))} ms. Receipts come over HTTP, 8 at once; the forged ones have the right form and another MAC.`,
      ],
    }
  },
}
