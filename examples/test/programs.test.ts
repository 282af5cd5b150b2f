// The examples that are programs, Better Auth and Auth.js with their real packages: logins over HTTP, codes read from the inbox.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UNLIMITED, wrong } from '../../test/e2e/service-process.ts'
import { API_KEY, type Real, startReal } from '../../test/http/real.ts'
import { packed } from '../../test/packed.ts'
import { type Browser, createBrowser } from './browser.ts'

let real: Real
beforeAll(async () => {
  real = await startReal({ ARGON2_MEMORY_KIB: '64', ...UNLIMITED })
  // The client as it is installed: its dist/ is current afterwards.
  packed('client')
})
afterAll(() => real.close())

/** @returns where its login is */
function runs(name: string): () => string {
  let program: ChildProcess
  let url = ''
  beforeAll(async () => {
    const env = { PATH: process.env.PATH, COUNTERSIGN_URL: real.url, API_KEY, PORT: '0' }
    const file = join(import.meta.dirname, `../${name}/server.ts`)
    let said = ''
    program = spawn(process.execPath, [file], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    program.stderr?.on('data', (text) => {
      said += text
    })
    const ended = once(program, 'exit').then(() => Promise.reject(new Error(said)))
    ended.catch(() => {})
    const lines = createInterface(program.stdout as NodeJS.ReadableStream)
    const [line] = await Promise.race([once(lines, 'line'), ended])
    url = /http:\S+/.exec(line)?.[0] ?? ''
  })
  afterAll(() => void program.kill())
  return () => url
}

async function codeTo(to: string): Promise<string> {
  const { body } = await real.client.post('/verify/list', { to })
  return (await real.message(body.verifications[0].id)).code
}
describe('Better Auth', () => {
  const url = runs('better-auth')
  const ask = (browser: Browser, path: string, body: object) =>
    browser.post(`/api/auth/${path}`, body, { origin: url() })
  const send = (browser: Browser, phoneNumber: string) =>
    ask(browser, 'phone-number/send-otp', { phoneNumber })
  const verify = (browser: Browser, phoneNumber: string, code: string) =>
    ask(browser, 'phone-number/verify', { phoneNumber, code })
  const userOf = async (browser: Browser) =>
    (await browser.get('/api/auth/get-session')).body?.user?.phoneNumber ?? null

  it('C91: lets in with the code, once, after a wrong one, and only the browser that began', async () => {
    const to = '+14155552681'
    const [browser, other] = [createBrowser(url()), createBrowser(url())]
    expect((await send(browser, to)).status).toBe(200)
    // A double click sends nothing twice.
    expect((await send(browser, to)).status).toBe(200)
    expect((await real.client.post('/verify/list', { to })).body.verifications).toHaveLength(1)
    const code = await codeTo(to)
    expect((await verify(browser, to, wrong(code))).body).toMatchObject({
      ...{ code: 'INVALID_OTP', attemptsRemaining: 4 },
    })
    for (const stranger of [other, createBrowser(url())])
      expect((await verify(stranger, to, code)).status).toBe(400)
    // That of somebody else's verification, in this browser and in theirs.
    const their = '+14155552682'
    await send(other, their)
    expect((await verify(browser, to, await codeTo(their))).body.code).toBe('INVALID_OTP')
    expect((await verify(other, to, code)).body.code).toBe('OTP_NOT_FOUND')
    expect(await userOf(browser)).toBeNull()

    const held = new Map(browser.jar)
    const { status, body } = await verify(browser, to, code)
    expect([status, body.user.phoneNumber]).toEqual([200, to])
    expect(await userOf(browser)).toBe(to)
    // Again, in this browser, and in one that has the cookies of before.
    expect((await verify(browser, to, code)).status).toBe(400)
    expect((await verify(createBrowser(url(), held), to, code)).body.code).toBe('ALREADY_USED')
    expect(await userOf(other)).toBeNull()
  })

  it('C91: the code of a sign-in sets no password, and no other spelling of the number is another account', async () => {
    const to = '+14155552683'
    const browser = createBrowser(url())
    await send(browser, to)
    const code = await codeTo(to)
    const reset = { phoneNumber: to, otp: code, newPassword: 'a-password-of-an-attacker' }
    expect((await ask(browser, 'phone-number/reset-password', reset)).status).toBe(400)
    expect((await send(browser, '+1 415 555 2683')).body.code).toBe('INVALID_PHONE_NUMBER')
    expect((await verify(browser, '+1 415 555 2683', code)).status).toBe(400)
    expect((await verify(browser, to, code)).status).toBe(200)
  })

  it('C91: what Countersign refuses is told by name', async () => {
    const browser = createBrowser(url())
    expect((await send(browser, '+14155550000000')).body).toMatchObject({ code: 'INVALID' })
    const to = '+14155552684'
    await send(browser, to)
    const code = await codeTo(to)
    for (let n = 0; n < 5; n += 1) await verify(browser, to, wrong(code))
    expect((await verify(browser, to, code)).body.code).toBe('TOO_MANY_ATTEMPTS')
    expect((await browser.get('/')).text).toContain('Send me a code')
  })
})

describe('Auth.js', () => {
  const url = runs('authjs')
  /** By its own page. */
  async function send(browser: Browser, email: string) {
    const { csrfToken } = (await browser.get('/auth/csrf')).body
    return browser.submit('/auth/signin/countersign', { csrfToken, email })
  }
  const enter = (browser: Browser, code: string) => browser.submit('/login/code', { code })
  const userOf = async (browser: Browser) =>
    (await browser.get('/auth/session')).body?.user?.email ?? null

  it('C91: lets in with the code, once, after a wrong one, and only the browser that began', async () => {
    const to = 'ann@authjs.example.com'
    const [browser, other] = [createBrowser(url()), createBrowser(url())]
    const sent = await send(browser, to)
    expect(sent.location).toContain('/auth/verify-request')
    expect((await browser.get(sent.location as string)).location).toContain('/login/code')
    await send(browser, to)
    expect((await real.client.post('/verify/list', { to })).body.verifications).toHaveLength(1)
    const code = await codeTo(to)
    expect((await enter(browser, wrong(code))).location).toBe('/login/code?error=incorrect&left=4')
    expect((await enter(createBrowser(url()), code)).location).toBe('/login/code?error=not_found')
    // That of somebody else's verification, in this browser and in theirs.
    const their = 'bob@authjs.example.com'
    await send(other, their)
    expect((await enter(browser, await codeTo(their))).location).toMatch(/error=incorrect/)
    expect((await enter(other, code)).location).toMatch(/error=incorrect/)
    expect(await userOf(browser)).toBeNull()

    const held = new Map(browser.jar)
    const done = await enter(browser, code)
    expect(done.location).toContain('/auth/callback/countersign')
    await browser.get(done.location as string)
    expect(await userOf(browser)).toBe(to)
    expect((await browser.get('/')).text).toContain(to)
    // Again, in a browser that has the cookies of before; and the link itself.
    const again = createBrowser(url(), held)
    expect((await enter(again, code)).location).toBe('/login/code?error=already_used')
    await again.get(done.location as string)
    expect([await userOf(again), await userOf(other)]).toEqual([null, null])
  })

  it('C91: a link that logs in reaches nobody before the code was right', async () => {
    const to = 'carl@authjs.example.com'
    const browser = createBrowser(url())
    const sent = await send(browser, to)
    const { body } = await real.client.post('/verify/list', { to })
    const { text } = await real.message(body.verifications[0].id)
    const given = [text, sent.location, ...browser.jar.values()].join(' ')
    expect(given).not.toMatch(/callback\/countersign|token=/)
    expect((await send(browser, 'nobody@')).location).not.toContain('verify-request')
    expect((await browser.get('/login/code?error=invalid')).text).toContain('not an address')
  })
})
