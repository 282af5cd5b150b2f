// countersign providers advice: how providers do by country, and which should carry more. Nothing is changed.
// It must not ask a provider: it reads the newest rows of the store.

import type { ProviderShares } from '../admin/ports.ts'
import type { AdminContext } from './admin-context.ts'
import { type Command, EXIT, type Given, JSON_OPTION, type Terminal, toJson } from './command.ts'

const share = (value: number | null) => (value === null ? '–' : `${Math.round(value * 100)} %`)

const toRow = (one: ProviderShares) => [
  ...[one.channel, one.provider, one.country, `${one.recipients} people`],
  `${share(one.late)} late`,
  `${share(one.failed)} failed`,
  `${share(one.approved)} approved`,
]

async function show(
  { store, config, clock }: AdminContext,
  given: Given,
  terminal: Terminal,
): Promise<number> {
  const [{ createWeights }, { toWireAdvice, toWireShares }, { alignRows, plain }] =
    await Promise.all([
      import('../admin/weights.ts'),
      import('../http/schemas/providers.ts'),
      import('./table.ts'),
    ])
  const reads = store.verificationReads
  const { shares, advice } = await createWeights({
    reads,
    providers: config.providers,
    clock,
  }).current()
  if (given.flag('json')) {
    const wired = shares.map((one) => {
      const { channel, country } = one
      return { channel, country, ...toWireShares(one) }
    })
    terminal.out(toJson({ shares: wired, advice: advice.map(toWireAdvice) }))
    return EXIT.ok
  }
  terminal.out(alignRows(shares.map((one) => toRow(one).map((cell) => plain(cell)))))
  for (const { text } of advice) terminal.out(`${plain(text)}\n`)
  if (advice.length === 0)
    terminal.err(
      shares.length === 0
        ? 'Too few people: a provider needs a hundred in a country within a day, and its channel a second provider.\n'
        : 'No provider does much worse than another one in the same country.\n',
    )
  return EXIT.ok
}

export const adviceCommand: Command = {
  words: 'providers advice',
  summary: 'Shows how providers do by country, and which should carry more.',
  options: JSON_OPTION,
  notes: `Of the people who were sent a message within a day, each counted once: late (no receipt after
five minutes, where the provider sends receipts), failed, approved. Weights are yours to set:
SMS_ROUTES=twilio*20, vonage*80.`,
  async run(given, terminal) {
    const { withAdmin } = await import('./admin-context.ts')
    return withAdmin(terminal, (context) => show(context, given, terminal))
  },
}
