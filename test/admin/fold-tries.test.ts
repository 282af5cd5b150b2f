// C74: identical tries are one line: twenty-nine refusals of a provider pushed what mattered off the page.

import { describe, expect, it } from 'vitest'
import { foldTries } from '../../src/admin/fold-tries.ts'
import { describeVerification } from '../../src/commands/verification-text.ts'
import type { EventRecord } from '../../src/events/types.ts'
import { detailOf, eventOf, NOW, shownPage, textOf } from '../console/shown.ts'

const tries = (count: number, change: EventRecord['details'] = {}): EventRecord[] =>
  Array.from({ length: count }, (_, i) => {
    const details = { attempt: i + 1, error: 'http_503', ...change }
    return [
      eventOf('delivery.attempted', NOW - 80_000 + i * 1000, details),
      eventOf('delivery.retrying', NOW - 79_500 + i * 1000, details),
    ]
  }).flat()
const shape = (events: readonly EventRecord[]) =>
  foldTries(events).map((line) => (line.kind === 'tries' ? line.count : line.event.type))
const PAIR = ['delivery.attempted', 'delivery.retrying']

describe('C74: tries', () => {
  it('that are identical are folded after the first one, and none is lost', () => {
    const events = [eventOf('verification.started'), ...tries(29), eventOf('verification.expired')]
    expect(shape(events)).toEqual(['verification.started', ...PAIR, 28, 'verification.expired'])
    const kept = foldTries(events).flatMap((line) =>
      line.kind === 'tries' ? line.events : [line.event],
    )
    expect(kept).toEqual(events)
  })

  it('with another result are not folded: another error, provider or message', () => {
    for (const change of [{ error: 'timeout' }, { provider: 'http' }, { send: 2 }])
      expect(shape([...tries(3), ...tries(3, change)])).toEqual([...PAIR, 2, ...PAIR, 2])
    expect(shape([...tries(1), ...tries(1, { error: 'timeout' }), ...tries(1)])).toEqual([
      ...[...PAIR, ...PAIR, ...PAIR],
    ])
  })

  it('are not folded where that saves nothing, nor over what happened in between', () => {
    expect(shape(tries(2))).toEqual([...PAIR, ...PAIR])
    const [first, second] = [tries(2), tries(2)]
    expect(shape([...first, eventOf('verification.continued'), ...second])).toEqual([
      ...[...PAIR, ...PAIR, 'verification.continued', ...PAIR, ...PAIR],
    ])
    expect(shape([])).toEqual([])
    // A node that went away in the middle of a try: its answer is nobody's.
    const cut = [...tries(3), eventOf('delivery.attempted'), eventOf('delivery.reclaimed')]
    expect(shape(cut)).toEqual([...PAIR, 2, 'delivery.attempted', 'delivery.reclaimed'])
    // The newest 500 events may begin within a try.
    expect(shape(tries(4).slice(1))).toEqual(['delivery.retrying', 3])
  })

  it('are one line of `countersign show`, too', () => {
    const row = { deliveryStatus: 'queued', errorCode: 'http_503', provider: 'http' } as const
    const detail = detailOf(row, [eventOf('verification.started', NOW - 90_000), ...tries(29)])
    const shown = {
      recipients: { masked: () => '+141•••71' },
      ...{ clock: { now: () => NOW }, config: { services: new Map() } },
      readingOf: () => ({ channels: [], mayAct: true, now: NOW }),
    } as unknown as Parameters<typeof describeVerification>[1]
    const lines = describeVerification(detail, shown).split('\n')
    expect(lines.filter((line) => line.includes('delivery.retrying'))).toHaveLength(1)
    expect(lines.filter((line) => line.includes('28 more tries'))).toEqual([
      expect.stringMatching(/with the same result, until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d/),
    ])
  })

  it('are one line of the page, which opens', async () => {
    const events = [eventOf('verification.started'), ...tries(29)]
    const row = { deliveryStatus: 'queued', errorCode: 'http_503', provider: 'http' } as const
    const page = await shownPage(detailOf(row, events))
    expect(page).toMatch(/<details><summary>28 more tries with the same result, until /)
    expect(textOf(page).match(/did not accept message 1/g)).toHaveLength(29)
    expect(textOf(page).match(/cannot accept messages at the moment/g)).toHaveLength(2)
  })
})
