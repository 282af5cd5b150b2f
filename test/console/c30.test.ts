// C30: a ten-digit code, searched for in every page of the console, every answer of the admin's API and the live stream;
// and a recipient, which stands in plaintext only where somebody asked to see it.

import { afterAll, beforeAll, expect, it } from 'vitest'
import { ADMIN_KEY } from '../http/real.ts'
import { formTokenOf, type Visitor } from './visitor.ts'
import { signedIn, startWorld, type World } from './world.ts'

const SMS = '+14155557788'
const MAIL = 'margaret@example.com'

let world: World
let visitor: Visitor
beforeAll(async () => {
  world = await startWorld({ CODE_LENGTH: '10' })
  visitor = await signedIn(world)
})
afterAll(() => world?.close())

const api = async (path: string, body?: object) => {
  const answer = await fetch(`${world.url}/admin/api${path}`, {
    headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  })
  expect(answer.ok, path).toBe(true)
  return answer.text()
}

it('C30: no code in any page, answer or stream; a recipient only where it was requested', async () => {
  const stream = await fetch(`${world.url}/admin/api/verifications/stream`, {
    headers: { authorization: `Bearer ${ADMIN_KEY}` },
  })
  let streamed = ''
  const reading = (async () => {
    for await (const chunk of stream.body ?? []) streamed += Buffer.from(chunk).toString()
  })().catch(() => {})

  world.refuseWith(21635)
  const sms = (await world.start({ to: SMS })).body
  await world.delivered(sms.id, 'failed')
  const mail = (await world.start({ to: MAIL })).body
  const { code } = await world.message(mail.id)
  expect(code).toMatch(/^\d{10}$/)
  await world.client.post('/verify/check', { id: mail.id, code: '0000000000' })

  const masked: string[] = []
  const form_token = formTokenOf(await visitor.get('/admin/verifications'))
  const pages = ['/admin/verifications', '/admin/health', `/admin/verifications/${sms.id}`]
  pages.push(`/admin/verifications/${mail.id}`)
  for (const path of pages) masked.push((await visitor.get(path)).text)
  const who = /\/admin\/person\?who=([\w-]+)/.exec(
    (await visitor.get(`/admin/verifications/${mail.id}`)).text,
  )?.[1] as string
  for (const path of ['/admin/person', '/admin/person/erase'])
    masked.push((await visitor.get(`${path}?who=${who}`)).text)
  masked.push(
    await api('/verifications'),
    await api(`/verifications/${mail.id}`),
    await api('/health'),
  )
  masked.push(await api('/verifications/search', { to: MAIL }), await api('/events'))
  masked.push(await api('/recipients/limits', { to: MAIL }))

  const clear = [
    (await visitor.post(`/admin/verifications/${mail.id}/reveal`, { form_token })).text,
    (await visitor.post('/admin/person/export', { form_token, who })).text,
    await api(`/verifications/${mail.id}/reveal`, {}),
    await api('/recipients/export', { to: MAIL }),
  ]
  await expect.poll(() => streamed).toContain(mail.id)
  await world.close()
  await reading

  for (const text of [...masked, ...clear, streamed]) expect(text).not.toContain(code)
  for (const text of [...masked, streamed])
    for (const recipient of [SMS, MAIL]) expect(text).not.toContain(recipient)
  for (const text of clear) expect(text).toContain(MAIL)
})
