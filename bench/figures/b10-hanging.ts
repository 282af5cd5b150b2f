// B10: a provider that never answers, and a receiver of webhooks that never does, beside others: what the others' messages a second lose.
// Both sides have the same settings; the rows for the one that hangs are what differs.

import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeDueRows } from '../harness/due-rows.ts'
import { alternate, type Context, type Figure, measure } from '../harness/figure.ts'
import { DATABASE, makeTemplate } from '../harness/old-rows.ts'
import { makeDirectory, startService } from '../harness/server.ts'
import { format, median } from '../harness/stats.ts'
import { addWebhookRows, webhooksTo } from '../harness/webhook-rows.ts'
import { phoneOf } from '../load/people.ts'

const ROUNDS = 5
/** Some six seconds of them: the one that hangs has its places full all the while, and its deadline of 10 s is not over. */
const MESSAGES = 2_000
const HANGING = 200
const ANSWER_MS = 50
const WEBHOOKS = 2_000
const WEBHOOK_MS = 20
const MIN_RATIO = 0.98
const DEADLINE_SECONDS = 120
/** The area code of every thirtieth number (load/people.ts). */
const AREA = '+1201'
const EVERY = 30

type Sides = Record<'alone' | 'beside', number[]>

/** @returns of one kind how many came a second, from the first to the last */
async function send(
  { loader }: Context,
  args: { count: number; delayMs: number; kind: '/send' | '/hook' },
  env: Record<string, string>,
  dataDir: string,
): Promise<number> {
  const arriving = loader.run('deliveries', { ...args, deadlineSeconds: DEADLINE_SECONDS })
  const service = await startService({ ...loader.gatewayEnv, MINT_SIZE: '0', ...env }, dataDir)
  const { received, seconds } = await arriving
  // It would wait for the answers that never come.
  service.child.kill('SIGKILL')
  await service.stop()
  if (received < args.count) throw new Error(`${received} of ${args.count} came`)
  return args.count / seconds
}

function besideProvider(context: Context): Promise<Sides> {
  const count = Math.round(MESSAGES * context.share)
  const env = {
    HTTP_SMS__SLOW_URL: `${context.loader.gatewayUrl}/hang`,
    HTTP_SMS__SLOW_BODY: '{"id":"{{verification_id}}","code":"{{code}}"}',
    SMS_ROUTES: `${AREA} -> http:slow; default -> http`,
  }
  const side = (hanging: number) => async () => {
    const of = (index: number) =>
      index < hanging
        ? { provider: 'http:slow', phone: phoneOf(index * EVERY) }
        : { provider: 'http', phone: phoneOf(index * EVERY + 1) }
    const dataDir = await makeDueRows(hanging + count, of)
    return send(context, { count, delayMs: ANSWER_MS, kind: '/send' }, env, dataDir)
  }
  return alternate(ROUNDS, { alone: side(0), beside: side(HANGING) })
}

async function besideReceiver(context: Context): Promise<Sides> {
  const count = Math.round(WEBHOOKS * context.share)
  const { gatewayUrl } = context.loader
  const template = await makeTemplate(context.loader)
  const { env, ids } = webhooksTo(`${gatewayUrl}/hook`, `${gatewayUrl}/hang`)
  const side = (receivers: number) => () => {
    const dataDir = makeDirectory()
    const path = join(dataDir, DATABASE)
    copyFileSync(template, path)
    const due = ids.slice(0, receivers).map((destination) => ({ destination, dueAt: Date.now() }))
    addWebhookRows(path, count, due)
    return send(context, { count, delayMs: WEBHOOK_MS, kind: '/hook' }, env, dataDir)
  }
  return alternate(ROUNDS, { alone: side(1), beside: side(2) })
}

export const hanging: Figure = {
  id: 'B10',
  title: 'One that hangs',
  async run(context) {
    const providers = await besideProvider(context)
    const receivers = await besideReceiver(context)
    const ratios = ({ alone, beside }: Sides) => beside.map((rate, i) => rate / (alone[i] ?? 0))
    const show = ({ alone, beside }: Sides) =>
      `${format(median(alone))} a second alone, ${format(median(beside))} beside it`
    return {
      measures: [
        measure('B10a', 'messages/s beside a provider that hangs ÷ alone', ratios(providers), {
          atLeast: MIN_RATIO,
        }),
        measure('B10b', 'webhooks/s beside a receiver that hangs ÷ alone', ratios(receivers), {
          atLeast: MIN_RATIO,
        }),
      ],
      notes: [`Messages: ${show(providers)}. Webhooks: ${show(receivers)}.`],
    }
  },
}
