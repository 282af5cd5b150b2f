// C50: texts to landlines. Some take them, so that they are refused only where the operator says so; support is told either way.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { outcomeOf, type Steered, startSteered } from './steered-service.ts'

const LANDLINES = ['+4930901820', '+442079460958', '+33142278186', '+81312345678']
/** Mobile, or nobody knows: North American numbers are either. */
const OTHERS = ['+4915123456789', '+447400123456', '+14155552671', '+8613812345678']

const reasonsOf = async (service: Steered) => {
  const { body } = await service.admin.get('/admin/api/events?type=request.refused&limit=100')
  return body.events.map(({ details }: { details: { error: string } }) => details.error)
}

describe('where LANDLINES is refused', () => {
  let service: Steered
  beforeAll(async () => {
    service = await startSteered({
      LANDLINES: 'refused',
      TEST_RECIPIENTS: '+4930901821=123456@2099-01-31',
    })
  })
  afterAll(() => service.close())

  it.each(LANDLINES)('C50: refused by name, a decoy’s too: %s', async (to) => {
    const before = await service.admin.post('/admin/api/recipients/limits', { to })
    for (const decoy of [false, true]) {
      const refused = await service.start({ to, decoy })
      expect(outcomeOf(refused)).toEqual([403, 'number_type_not_allowed'])
      expect(refused.body.detail).toContain('landline')
      expect(refused.body.detail).toContain('LANDLINES')
    }
    const after = await service.admin.post('/admin/api/recipients/limits', { to })
    expect(after.body).toEqual(before.body)
    await expect.poll(() => reasonsOf(service)).toContain('number_type_not_allowed')
  })

  it.each([...OTHERS, 'ann@example.com', '+4930901821'])(
    'C50: an admitted number is reached: %s',
    async (to) => {
      expect((await service.start({ to })).status).toBe(201)
    },
  )

  it('C50: in a national spelling as well', async () => {
    const refused = await service.start({ to: '030 901820', country: 'DE' })
    expect(outcomeOf(refused)).toEqual([403, 'number_type_not_allowed'])
  })
})

describe('by default', () => {
  let service: Steered
  beforeAll(async () => {
    service = await startSteered({
      SERVICES: JSON.stringify({ services: { default: {}, bank: { landlines: 'refused' } } }),
    })
  })
  afterAll(() => service.close())

  it('C50: allowed, and the log records that it is a landline', async () => {
    const details = async (to: string) => {
      const started = await service.start({ to })
      expect(started.status).toBe(201)
      return (await service.events(started.body.id))[0]?.details
    }
    expect(await details(LANDLINES[0] ?? '')).toMatchObject({ number_type: 'landline' })
    for (const other of [OTHERS[0], OTHERS[2], 'ann@example.com'])
      expect(await details(other ?? '')).not.toHaveProperty('number_type')
  })
})
