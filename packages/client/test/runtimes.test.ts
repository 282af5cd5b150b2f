// The client in Bun, Deno and workerd, as they come from npm, against a real service: a login, an approval, a webhook.
// .ci/run installs them (some 350 MB); npm test does without.

import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort, UNLIMITED, waitFor } from '../../../test/e2e/service-process.ts'
import { API_KEY, type Real, startReal } from '../../../test/http/real.ts'
import { packed } from '../../../test/packed.ts'

const RUNTIMES = process.env.COUNTERSIGN_TEST_RUNTIMES
const ISSUER = 'http://127.0.0.1:8080'
const WEBHOOK_KEY = Buffer.alloc(32, 7)
const LIMIT_MS = 60_000

/** The same program everywhere: it is given what it needs, and answers what it met. */
const PROGRAM = `
import { Countersign } from '@countersign/client'
import { createApprovalVerifier } from '@countersign/client/approval'
import { verifyWebhook } from '@countersign/client/webhooks'

export async function login({ url, apiKey, issuer, webhook, to }) {
  const cs = new Countersign({ url, apiKey })
  const [session, nonce] = [crypto.randomUUID(), crypto.randomUUID()]
  const { verification } = await cs.start({ to, session, nonce })
  const find = async () => {
    const inbox = await fetch(url + '/dev/inbox', { headers: { accept: 'application/json' } })
    return (await inbox.json()).find((message) => message.verification_id === verification.id || message.to === to)?.code
  }
  let code
  while (!(code = await find())) await new Promise((resolve) => setTimeout(resolve, 50))
  const wrong = await cs.check({ id: verification.id, code: code === '000000' ? '111111' : '000000', session })
  const right = await cs.check({ id: verification.id, code, session })
  const verify = createApprovalVerifier({ issuer, audience: 'default', jwksUrl: url + '/.well-known/jwks.json' })
  const approval = await verify(right.verification.approval, { nonce })
  const other = await verify(right.verification.approval, { nonce: crypto.randomUUID() })
  const nobody = await new Countersign({ url: 'http://127.0.0.1:1', apiKey, timeoutMs: 500 }).get(verification.id)
  const told = await verifyWebhook(webhook.body, webhook.headers, { secrets: webhook.secret })
  return [wrong.reason, wrong.attemptsRemaining, right.ok, approval.ok, other.reason, nobody.reason, told.ok]
}
`
const MET = ['incorrect', 4, true, true, 'nonce', 'unavailable', true]

describe.skipIf(!RUNTIMES)('C91: the client in other runtimes', () => {
  let real: Real
  let folder: string
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
  const binary = (name: string) => join(RUNTIMES ?? '', 'node_modules/.bin', name)
  const given = (to: string) => {
    const body = JSON.stringify({ type: 'verification.approved', data: {} })
    const time = String(Math.floor(Date.now() / 1000))
    const mac = createHmac('sha256', WEBHOOK_KEY).update(`msg_1.${time}.${body}`).digest('base64')
    const headers = {
      'webhook-id': 'msg_1',
      'webhook-timestamp': time,
      'webhook-signature': `v1,${mac}`,
    }
    const webhook = { body, headers, secret: `whsec_${WEBHOOK_KEY.toString('base64')}` }
    return JSON.stringify({ url: real.url, apiKey: API_KEY, issuer: ISSUER, webhook, to })
  }
  beforeAll(async () => {
    real = await startReal({ ARGON2_MEMORY_KIB: '64', PUBLIC_URL: ISSUER, ...UNLIMITED })
    folder = mkdtempSync(join(tmpdir(), 'countersign-runtimes-'))
    write('package.json', '{"type":"module","private":true}')
    const flags = ['--offline', '--ignore-scripts', '--no-audit', '--no-fund']
    execFileSync('npm', ['install', ...flags, packed('client')], { cwd: folder, stdio: 'pipe' })
    write('program.js', PROGRAM)
    write(
      'main.js',
      "import { login } from './program.js'\nconst [given] = process.argv.slice(2)\nconsole.log(JSON.stringify(await login(JSON.parse(given))))\n",
    )
  })
  afterAll(async () => {
    await real?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it.each([
    ['bun', ['run', 'main.js']],
    ['deno', ['run', '--allow-net', '--allow-env', '--no-remote', '--no-prompt', 'main.js']],
  ])('%s', { timeout: LIMIT_MS }, async (name, args) => {
    // Nothing but the loopback address is asked: a checker of updates would wait for its host.
    const env = { PATH: process.env.PATH, HOME: folder, DENO_NO_UPDATE_CHECK: '1' }
    const all = [...args, given(`${name}@example.com`)]
    // The service is in this process: it must not wait.
    const { stdout } = await promisify(execFile)(binary(name), all, {
      cwd: folder,
      env,

      timeout: LIMIT_MS,
    })
    expect(JSON.parse(stdout)).toEqual(MET)
  })

  it('workerd', { timeout: LIMIT_MS }, async () => {
    write(
      'worker-entry.js',
      "import { login } from './program.js'\nexport default { fetch: async (request) => Response.json(await login(await request.json())) }\n",
    )
    await build({
      ...{ entryPoints: [join(folder, 'worker-entry.js')], outfile: join(folder, 'worker.js') },
      ...{ bundle: true, format: 'esm', platform: 'neutral', conditions: ['workerd', 'worker'] },
    })
    const port = await freePort()
    write(
      'config.capnp',
      `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [ (name = "main", worker = .login), (name = "internet", network = (allow = ["private"])) ],
  sockets = [ (name = "http", address = "127.0.0.1:${port}", http = (), service = "main") ] );
const login :Workerd.Worker = ( modules = [ (name = "worker.js", esModule = embed "worker.js") ], compatibilityDate = "2026-11-01" );
`,
    )
    const child: ChildProcess = spawn(binary('workerd'), ['serve', 'config.capnp'], {
      cwd: folder,
      stdio: 'inherit',
    })
    const ended = once(child, 'exit')
    try {
      const ask = () =>
        fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: given('workerd@example.com') })
      const answer = await waitFor('workerd', () => ask().catch(() => undefined))
      expect(await answer.json()).toEqual(MET)
    } finally {
      child.kill('SIGKILL')
      await ended
    }
  })
})
