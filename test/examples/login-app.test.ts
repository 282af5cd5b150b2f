// The example application beside the service, both as real processes, used as a browser would.

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasBrowser, openBrowser, openContext } from '../console/browser.ts'
import { packed } from '../packed.ts'
import { program } from '../program.ts'

const DEADLINE_MS = 30_000
const API_KEY = 'key-of-the-example-0123456789'
const ADMIN_KEY = 'key-of-the-admin-0123456789'
const ROOT = join(import.meta.dirname, '../..')

let dataDir: string
let serviceUrl: string
let appUrl: string
const children: ChildProcess[] = []

async function waitFor<T>(what: string, probe: () => T | undefined | Promise<T | undefined>) {
  const end = performance.now() + DEADLINE_MS
  while (performance.now() < end) {
    const found = await probe()
    if (found !== undefined) return found
    await sleep(10)
  }
  throw new Error(`waited in vain for ${what}`)
}

function start(file: string, env: Record<string, string>): Promise<string> {
  const child = spawn(process.execPath, [resolve(ROOT, file)], {
    env: { PATH: process.env.PATH, API_KEY, PORT: '0', ...env },
  })
  children.push(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
  return waitFor(`the address of ${file}`, () => /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0])
}

beforeAll(async () => {
  // The example finds the client as its own programs would: built.
  packed('client')
  dataDir = mkdtempSync(join(tmpdir(), 'login-app-'))
  serviceUrl = await start(program().main, { DATA_DIR: dataDir, MINT_SIZE: '0', ADMIN_KEY })
  appUrl = await start('examples/login-app/server.mjs', { COUNTERSIGN_URL: serviceUrl })
})
afterAll(() => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(dataDir, { recursive: true, force: true })
})

/** Keeps its cookie, as a browser does. */
function createBrowser() {
  let cookie = ''
  return {
    cookie: () => cookie,
    async post(path: string, fields: Record<string, string>) {
      const response = await fetch(appUrl + path, {
        method: 'POST',
        headers: { cookie },
        body: new URLSearchParams(fields),
      })
      cookie = response.headers.get('set-cookie')?.split(';')[0] ?? cookie
      return response.text()
    },
    get: async () => (await fetch(appUrl, { headers: { cookie } })).text(),
  }
}

function codeTo(to: string): Promise<string> {
  return waitFor('the message', async () => {
    const inbox = await fetch(`${serviceUrl}/dev/inbox`, {
      headers: { accept: 'application/json' },
    })
    const messages = (await inbox.json()) as { to: string; code: string }[]
    return messages.find((message) => message.to === to)?.code
  })
}

it('lets in with the code, after a wrong one, under a new session id', async () => {
  const browser = createBrowser()
  expect(await browser.post('/login', { to: '+14155552671' })).toContain('Enter the code')
  const before = browser.cookie()
  const code = await codeTo('+14155552671')
  const wrong = `${code.startsWith('9') ? '0' : '9'}${code.slice(1)}`
  expect(await browser.post('/code', { code: wrong })).toContain('That is not the code')
  expect(await browser.post('/code', { code })).toContain('You are +14155552671')
  expect(browser.cookie()).not.toBe(before)
  expect(await browser.get()).toContain('You are +14155552671')
})

it("does not accept one browser's code in another", async () => {
  const [owner, thief] = [createBrowser(), createBrowser()]
  await owner.post('/login', { to: 'owner@example.com' })
  await thief.post('/login', { to: 'thief@example.com' })
  const code = await codeTo('owner@example.com')
  const thiefCode = await codeTo('thief@example.com')
  if (code !== thiefCode)
    expect(await thief.post('/code', { code })).toContain('That is not the code')
  expect(await owner.post('/code', { code })).toContain('You are owner@example.com')
})

it('shows what is wrong, escaped', async () => {
  const browser = createBrowser()
  const page = await browser.post('/login', { to: '<script>alert(1)</script>' })
  expect(page).toContain('That does not look right')
  expect(page).not.toContain('<script>alert')
})

it('C35: an invalid key is reported to the operator, with error and instance', async () => {
  let told = ''
  const url = await start('examples/login-app/server.mjs', {
    COUNTERSIGN_URL: serviceUrl,
    API_KEY: 'another-key-of-the-example-0123',
  })
  children.at(-1)?.stderr?.on('data', (chunk: Buffer) => {
    told += chunk.toString()
  })
  const body = new URLSearchParams({ to: '+14155552671' })
  const page = await (await fetch(`${url}/login`, { method: 'POST', body })).text()
  expect(page).toContain('That did not work')
  await waitFor('the line', () => /^login-app: unauthenticated \(req_\w+\)$/m.exec(told)?.[0])
  expect(told).not.toContain('4155552671')
})

describe('a number that an entry of the lists questions', () => {
  const QUESTIONED = '+14155550143'
  let browser: Browser

  beforeAll(async () => {
    // Plain http under a name that is not localhost: no secure context.
    if (hasBrowser) browser = await openBrowser(['--host-resolver-rules=MAP app.test 127.0.0.1'])
    const response = await fetch(`${serviceUrl}/admin/api/list-entries/create`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        ...{ effect: 'challenge', by: 'prefix', value: QUESTIONED.slice(1, -4) },
        reason: 'many codes that nobody used',
      }),
    })
    expect(response.status).toBe(201)
  })
  afterAll(() => browser?.close())

  async function open(url: string) {
    const { page, errors } = await openContext(browser)
    await page.goto(url)
    await page.getByLabel('Phone number').fill(QUESTIONED)
    await page.getByRole('button', { name: 'Send me a code' }).click()
    return { page, errors }
  }

  it.skipIf(!hasBrowser)('C85: is let in after its browser has solved a challenge', async () => {
    const { page, errors } = await open(appUrl)
    await page.getByRole('heading', { name: 'Enter the code' }).waitFor()
    await page.getByLabel('Code').fill(await codeTo(QUESTIONED))
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText(`You are ${QUESTIONED}`).waitFor()
    expect(errors).toEqual([])
  })

  it.skipIf(!hasBrowser)('C85: hears it where the browser cannot solve: plain http', async () => {
    const { page } = await open(appUrl.replace('127.0.0.1', 'app.test'))
    await page.getByText('Your browser cannot do this here').waitFor()
  })

  it('C85: may try again where the solution is none, and is not sent to the support', async () => {
    const browser = createBrowser()
    expect(await browser.post('/login', { to: QUESTIONED })).toContain('data-challenge=')
    const page = await browser.post('/login', { to: QUESTIONED, challenge: 'bm9uZQ==' })
    expect(page).toContain('Please try again')
    expect(page).not.toContain('Support')
  })
})
