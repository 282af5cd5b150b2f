import { expect, it } from 'vitest'
import { keepPicture, openBrowser, openContext, signIn } from './browser.ts'
import { startWorld } from './world.ts'

it('shots', { timeout: 60_000 }, async () => {
  const world = await startWorld({ LIMIT_SENDS_PER_IP_BURST: 'off' })
  const browser = await openBrowser()
  const codes = [null, null, 21635, null, 21610, null, 30006, null, null, null]
  const tos = [
    '+14155557001',
    '+14155557442',
    '+14155557380',
    '+442079460018',
    '+14155557093',
    'ann.lee@example.com',
    '+14155557518',
    '+4915123456789',
    '+14155557205',
    'kim@example.com',
  ]
  const made: { id: string; reference: string }[] = []
  for (const [i, to] of tos.entries()) {
    world.refuseWith(codes[i] ?? null)
    const { body } = await world.start({
      to,
      client_ip: `203.0.113.${i + 7}`,
      user_agent: 'Mozilla/5.0',
    })
    await world.delivered(body.id, codes[i] ? 'failed' : 'sent')
    made.push(body)
    if (i % 3 === 0 && !codes[i] && to.includes('@')) {
      const { code } = await world.message(body.id)
      await world.client.post('/verify/check', { id: body.id, code })
    }
  }
  world.refuseWith(null)
  const one = made[0]
  if (one) {
    await world.client.post('/verify/check', { id: one.id, code: '000000' })
    await world.client.post(`/verify/${one.id}/cancel`, {})
  }
  const { context, page } = await openContext(browser, {})
  await page.setViewportSize({ width: 1280, height: 800 })
  await signIn(page, world.url)
  await page.goto(`${world.url}/admin/attempts`)
  await page.waitForTimeout(1500)
  await keepPicture(page, 'readme-attempts')
  await page.goto(`${world.url}/admin/attempts/${made[2]?.id}`)
  await page.waitForTimeout(500)
  await keepPicture(page, 'readme-verification')
  await context.close()
  await browser.close()
  await world.close()
  expect(made).toHaveLength(tos.length)
})
