import { expect, it } from 'vitest'
import { LAYOUTS, ON, startNodes } from './nodes.ts'
import { UNLIMITED } from './service-process.ts'

it.each(LAYOUTS.filter(({ processes }) => processes > 1))(
  `C47, C38: ${ON}, one session, two keys: each key has its answer, whoever came first`,
  async (layout) => {
    const nodes = await startNodes(layout, UNLIMITED)
    const ROUNDS = 30
    try {
      for (let round = 0; round < ROUNDS; round += 1) {
        const body = { to: `race${round}@example.com`, session: `session-of-round-${round}` }
        const start = (n: number) =>
          nodes.all[n]?.post('/verify/start', body, { 'idempotency-key': `${round}-${n}` })
        const first = await Promise.all([start(0), start(1)])
        const [one, two] = first.map((answer) => answer?.body)
        expect(one.id).toBe(two.id)
        expect(first.map((answer) => answer?.status).sort()).toEqual([200, 201])
        await nodes.all[0]?.post(`/verify/${one.id}/cancel`, {})
        for (const n of [0, 1]) {
          const again = await start(n)
          expect([again?.status, again?.body]).toEqual([first[n]?.status, first[n]?.body])
          expect(again?.headers.get('idempotency-replayed')).toBe('true')
        }
      }
    } finally {
      await nodes.stop()
    }
  },
)
