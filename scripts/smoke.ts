// Starts dist/image as an operator would and runs one login through it; then the command, then SIGTERM.
// It must not import the service: it proves that the bundle runs on its own.

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const DEADLINE_MS = 15_000
const TO = '+14155552671'

/** Outside the project, so that no package of the clone is found by accident. */
const root = mkdtempSync(join(tmpdir(), 'smoke-'))
const app = join(root, 'app')
cpSync('dist/image', app, { recursive: true })
/** The image's own settings of malloc and the heap: the measurement must use what ships. */
const memory = Object.fromEntries(
  [
    ...readFileSync('Dockerfile', 'utf8').matchAll(
      /^ +(MALLOC_\w+|GLIBC_TUNABLES|NODE_OPTIONS)=([^\s\\]+)/gm,
    ),
  ].map(([, name, value]) => [name, value]),
)
const env = { PATH: process.env.PATH, DATA_DIR: join(root, 'data'), PORT: '0', ...memory }
/** Once the mint is full, with what development and an OpenAPI document keep besides. */
const MAX_RESIDENT_MIB = 130
/** A pause without hashes after which the mint counts as full, and argon2's memory has gone back (argon2-blocks.h). */
const QUIET_MS = 4_000
const COLLECT_LOOK_MS = 500
const COLLECT_DEADLINE_MS = 60_000
/** On a busy machine the mint, which gives way to all else, takes minutes. */
const QUIET_DEADLINE_MS = 240_000

async function waitFor<T>(
  what: string,
  probe: () => Promise<T | undefined> | T | undefined,
  deadlineMs = DEADLINE_MS,
) {
  const end = performance.now() + deadlineMs
  while (performance.now() < end) {
    const found = await probe()
    if (found !== undefined) return found
    await sleep(20)
  }
  throw new Error(`waited in vain for ${what}`)
}

function expectThat(isTrue: boolean, what: string): void {
  if (!isTrue) throw new Error(`not so: ${what}`)
}

const runCommand = (...words: string[]) => runWith({}, words)

function runWith(settings: Record<string, string>, words: readonly string[], expected = 0): string {
  const result = spawnSync(process.execPath, [join(app, 'bin/countersign.mjs'), ...words], {
    env: { ...env, ...settings },
    cwd: root,
    encoding: 'utf8',
  })
  const said = `countersign ${words.join(' ')} ends with ${expected}: ${result.stderr}`
  expectThat(result.status === expected, said)
  return result.stdout.trim()
}

async function login(url: string, key: string): Promise<void> {
  const post = (path: string, body: unknown) =>
    fetch(url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  const started = await post('/verify/start', { to: TO })
  expectThat(started.status === 201, `start answers 201, not ${started.status}`)
  const { id } = (await started.json()) as { id: string }
  const code = await waitFor('the message', async () => {
    const inbox = await fetch(`${url}/dev/inbox`, { headers: { accept: 'application/json' } })
    const messages = (await inbox.json()) as { verification_id: string; code: string }[]
    return messages.find((message) => message.verification_id === id)?.code
  })
  const checked = await post('/verify/check', { id, code })
  expectThat(checked.status === 200, `check answers 200, not ${checked.status}`)
  const document = await fetch(`${url}/openapi.json`)
  expectThat(document.status === 200, 'the OpenAPI document is there')
  for (const path of ['/llms.txt', '/docs/login-flow.md'])
    expectThat((await fetch(url + path)).status === 200, `${path} is there`)
}

/** MiB at rest, of Linux' /proc; undefined elsewhere. */
async function residentAtRest(pid: number): Promise<number | undefined> {
  if (process.platform !== 'linux') return undefined
  let ticks = -1
  let since = performance.now()
  const isQuiet = () => {
    // utime and stime (proc(5)), counted behind the name, which may hold spaces.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    const now = Number(fields[11]) + Number(fields[12])
    if (now > ticks + 1) since = performance.now()
    ticks = now
    return performance.now() - since > QUIET_MS || undefined
  }
  await waitFor('the mint to be full', isQuiet, QUIET_DEADLINE_MS)
  const resident = () => {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024)
  }
  // What the start left is collected once V8 finds time for it.
  const end = performance.now() + COLLECT_DEADLINE_MS
  while (resident() >= MAX_RESIDENT_MIB && performance.now() < end) await sleep(COLLECT_LOOK_MS)
  return resident()
}

type Running = { child: ReturnType<typeof spawn>; url: string; output: () => string }
const children: Running['child'][] = []

async function start(settings: Record<string, string>): Promise<Running> {
  const child = spawn(process.execPath, [join(app, 'dist/main.js')], {
    env: { ...env, ...settings },
    cwd: root,
  })
  children.push(child)
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString()
    })
  const found = () => {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`it exited with ${child.exitCode}:\n${text}`)
    return /"url":"(http[^"]+)"/.exec(text)?.[1]
  }
  const url = await waitFor('the address', found)
  return { child, url, output: () => text }
}

async function stop({ child, output }: Running): Promise<void> {
  child.kill('SIGTERM')
  const ended = () => (child.exitCode === null && child.signalCode === null ? undefined : true)
  await waitFor('its end', ended)
  expectThat(
    child.exitCode === 0,
    `SIGTERM ends it with 0, not ${child.exitCode ?? child.signalCode}:\n${output()}`,
  )
}

/** A first try: no settings, the inbox. */
async function tryOut(): Promise<number | undefined> {
  const running = await start({})
  await login(running.url, runCommand('keys', 'create', '--name', 'smoke'))
  expectThat(
    runCommand('verifications').includes('approved'),
    'countersign verifications lists the login',
  )
  expectThat(
    /^ok +database/m.test(runCommand('doctor')),
    'countersign doctor looks at the database',
  )
  // What main.ts sets for libraries is no setting that somebody misspelt.
  expectThat(!/is not a setting/.test(running.output()), `its settings exist: ${running.output()}`)
  const copy = runCommand('backup', '--to', root)
  const resident = await residentAtRest(running.child.pid ?? 0)
  if (resident !== undefined)
    expectThat(resident < MAX_RESIDENT_MIB, `${resident} MiB at rest are under ${MAX_RESIDENT_MIB}`)
  await stop(running)
  runCommand('restore', '--from', copy, '--void-pending')
  expectThat(
    runCommand('verifications').includes('approved'),
    'countersign restore puts a backup back',
  )
  return resident
}

/** The parts loaded for providers only: a gateway accepts a message, a mail server is missing. */
async function sendByProviders(): Promise<void> {
  let taken = ''
  const gateway = createServer((request, answer) => {
    request.on('data', (chunk: Buffer) => {
      taken += chunk.toString()
    })
    request.on('end', () => answer.end('{}'))
  }).listen(0, '127.0.0.1')
  await once(gateway, 'listening')
  const { port } = gateway.address() as AddressInfo
  const settings = {
    HTTP_SMS_URL: `http://127.0.0.1:${port}/`,
    // Nothing listens on port 9 (discard).
    SMTP_URL: 'smtp://127.0.0.1:9?requireTLS=false',
    MAIL_FROM: 'codes@example.com',
  }
  const running = await start(settings)
  const key = runCommand('keys', 'create', '--name', 'providers')
  const post = (to: string) =>
    fetch(`${running.url}/verify/start`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ to }),
    })
  const sms = await post(TO)
  expectThat(sms.status === 201, `a start by SMS answers 201, not ${sms.status}`)
  await waitFor('the message at the gateway', () => taken.includes(TO.slice(1)) || undefined)
  const started = await post('person@example.com')
  expectThat(started.status === 201, `a start by mail answers 201, not ${started.status}`)
  const mail = (await started.json()) as { id: string }
  const isRefused = () => runCommand('show', mail.id).includes('connection_refused') || undefined
  await waitFor('the refused connection', isRefused)
  // A process of its own: the gateway lives in this one, the mail server is missing.
  const test = runWith(settings, ['providers', 'test', '--to', 'person@example.com', '--json'], 1)
  expectThat(test.includes('connection_refused'), `countersign providers test tells why: ${test}`)
  await stop(running)
  gateway.close()
}

try {
  const resident = await tryOut()
  await sendByProviders()
  console.log(
    `the bundle starts, verifies, makes keys, rests at ${resident} MiB, drains, and loads its providers`,
  )
} finally {
  for (const child of children) child.kill('SIGKILL')
  rmSync(root, { recursive: true, force: true })
}
