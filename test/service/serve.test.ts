// The start and the end of the service, as real processes.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { availableParallelism, networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { program } from '../program.ts'
import { quiet } from '../quiet.ts'

const DEADLINE_MS = 30_000
const MAIN = program().main
const SECRET_KEY = Buffer.from(Array.from({ length: 32 }, (_, i) => (i * i * 37 + 11) % 251))

let dataDir: string
const children: ChildProcess[] = []
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'serve-'))
})
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  rmSync(dataDir, { recursive: true, force: true })
})

type Started = { child: ChildProcess; output: () => string; errors: () => string }

function start(env: Record<string, string>, command = [process.execPath, MAIN]): Started {
  const [file = '', ...args] = command
  const child = spawn(file, args, {
    env: {
      PATH: process.env.PATH,
      HOME: dataDir,
      DATA_DIR: dataDir,
      PORT: '0',
      MINT_SIZE: '0',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.push(child)
  const said = { output: '', errors: '' }
  child.stdout?.on('data', (chunk: Buffer) => {
    said.output += chunk.toString()
  })
  child.stderr?.on('data', (chunk: Buffer) => {
    said.errors += chunk.toString()
  })
  return { child, output: () => said.output, errors: () => said.errors }
}

async function waitFor<T>(what: string, probe: () => T | undefined): Promise<T> {
  const end = performance.now() + DEADLINE_MS
  while (performance.now() < end) {
    const found = probe()
    if (found !== undefined && found !== false) return found
    await sleep(10)
  }
  throw new Error(`waited in vain for ${what}`)
}

function waitUrl({ child, output, errors }: Started): Promise<string> {
  return waitFor('the address', () => {
    if (child.exitCode !== null) throw new Error(`it ended: ${output()}${errors()}`)
    return /"url":"(http[^"]+)"/.exec(output())?.[1]
  })
}

const API_KEY = 'a-key-of-this-test-0123456789'

/** A request whose body never comes: let in by its key, it is in flight until it or the server ends. */
async function openRequest(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => {})
  await once(socket, 'connect')
  socket.write(
    `POST /verify/start HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${API_KEY}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`,
  )
  return socket
}

const PRODUCTION = {
  NODE_ENV: 'production',
  SECRET_KEY: SECRET_KEY.toString('base64'),
  ALLOWED_COUNTRIES: 'US',
  SMTP_URL: 'smtp://127.0.0.1:2525',
  MAIL_FROM: 'no-reply@example.com',
}

it('ends with 78 in production and lists all that is missing or wrong at once', async () => {
  const started = start({ NODE_ENV: 'production', CODE_LENGTH: '99', TWILIO_FROM: '+1', PROT: '1' })
  const [code] = await once(started.child, 'exit')
  expect(code).toBe(78)
  for (const name of [
    'SECRET_KEY',
    'ALLOWED_COUNTRIES',
    'CODE_LENGTH',
    'TWILIO_ACCOUNT_SID',
    'TWILIO_AUTH_TOKEN',
    'PROT',
  ])
    expect(started.errors()).toMatch(new RegExp(`^ {2}${name}\\b`, 'm'))
  expect(started.output()).toBe('')
})

it('prints no key in production, and no inbox', async () => {
  const key = 'a-key-of-the-test-0123456789'
  const started = start({ ...PRODUCTION, API_KEY: key })
  const url = await waitUrl(started)
  expect((await fetch(`${url}/dev/inbox`)).status).toBe(404)
  started.child.kill('SIGTERM')
  await once(started.child, 'exit')
  expect(started.output() + started.errors()).not.toContain(key)
})

it('C69: an empty NODE_ENV ends with 78: no inbox, no key printed', async () => {
  const started = start({ ...PRODUCTION, API_KEY, ADMIN_KEY: `admin-${API_KEY}`, NODE_ENV: '' })
  const [code] = await once(started.child, 'exit')
  expect(code).toBe(78)
  expect(started.errors()).toContain('NODE_ENV: is set but empty')
  expect(started.output() + started.errors()).not.toContain(API_KEY)
})

it.each<[string, Record<string, string>, string[]]>([
  ['both keys', { API_KEY, ADMIN_KEY: `admin-${API_KEY}` }, []],
  ['the key', { API_KEY }, ['adminKey']],
  ['the admin key', { ADMIN_KEY: API_KEY }, ['apiKey']],
])('C69: development never prints %s that a setting gave', async (_, env, made) => {
  const started = start({ ...env, SECRET_KEY: SECRET_KEY.toString('base64') })
  await waitUrl(started)
  await waitFor('the curl lines', () => started.output().includes('/verify/check') || undefined)
  expect(started.output() + started.errors()).not.toContain(API_KEY)
  if (env.API_KEY) expect(started.output()).toContain('"Authorization: Bearer $API_KEY"')
  if (made.length === 0) return
  const path = join(dataDir, 'development-keys.json')
  const keys = JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>
  for (const name of made) expect(started.output()).toContain(keys[name])
})

it('C69: production without any key reports how to create one', async () => {
  const started = start({ ...PRODUCTION, SERVICES: '{"services":{"shop":{}}}' })
  await waitUrl(started)
  expect(started.output()).toContain('countersign keys create --service shop --scope verify')
})

const hasIpv6 = Object.values(networkInterfaces())
  .flat()
  .some((one) => one?.address === '::1')

it.runIf(hasIpv6)('C69: HOST=[::1] listens there', async () => {
  const url = await waitUrl(start({ HOST: '[::1]' }))
  expect(url).toMatch(/^http:\/\/\[::1\]:\d+$/)
  expect((await fetch(`${url}/healthz`)).status).toBe(200)
})

it('prints a key, the inbox and two requests that work in development', async () => {
  const started = start({})
  const url = await waitUrl(started)
  const curls = await waitFor('the curl lines', () => {
    const lines = started.output().match(/^ +curl .*$/gm)
    return lines?.length === 2 ? lines : undefined
  })
  const run = async (line: string) => {
    const shell = start({}, ['sh', '-c', `${line} -w '%{http_code}'`])
    await once(shell.child, 'close')
    return shell.output()
  }
  const answer = await run(curls[0] ?? '')
  const { id } = JSON.parse(answer.slice(0, -3)) as { id: string }
  expect(answer.slice(-3)).toBe('201')
  const inboxUrl = /http\S+\/dev\/inbox/.exec(started.output())?.[0] ?? ''
  expect(inboxUrl).toBe(`${url}/dev/inbox`)
  let code: string | undefined
  await waitFor('the message', () => {
    void fetch(inboxUrl, { headers: { accept: 'application/json' } })
      .then((inbox) => inbox.json() as Promise<{ verification_id: string; code: string }[]>)
      .then((messages) => {
        code = messages.find((message) => message.verification_id === id)?.code
      })
    return code
  })
  const check = (curls[1] ?? '').replace('vrf_…', id).replace('000000', code ?? '')
  expect(await run(check)).toMatch(/"valid":true.*200$/s)
  expect(statSync(join(dataDir, 'development-keys.json')).mode & 0o777).toBe(0o600)
})

it('starts with a file of services that has no default: the created key is for the first', async () => {
  const started = start({ SERVICES: '{"services":{"checkout":{}}}' })
  const url = await waitUrl(started)
  const { apiKey } = JSON.parse(readFileSync(join(dataDir, 'development-keys.json'), 'utf8')) as {
    apiKey: string
  }
  const answer = await fetch(`${url}/verify/start`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: '{"to":"+14155552671"}',
  })
  expect(answer.status).toBe(201)
})

it('reports in one sentence that the port is taken, and exits with 1', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const { port } = taken.address() as { port: number }
  const started = start({ PORT: String(port) })
  const [code] = await once(started.child, 'exit')
  taken.close()
  expect(code).toBe(1)
  expect(started.output()).toContain('the address is in use')
})

it.each([
  ['none/x.sock', /there is no folder .*none for the socket/],
  ['folder', /folder is a directory/],
  ['file', /the socket .*file cannot be used \(EADDRINUSE\)/],
])(
  'C71: a socket that cannot be created is named, and nothing is removed: %s',
  async (name, expected) => {
    mkdirSync(join(dataDir, 'folder'))
    writeFileSync(join(dataDir, 'file'), 'mine')
    const { child, output } = start({ HOST: `unix:${join(dataDir, name)}` })
    const [status] = await once(child, 'exit')
    expect(output()).toMatch(expected)
    expect(status).toBe(1)
    expect(readFileSync(join(dataDir, 'file'), 'utf8')).toBe('mine')
  },
)

it.each(['SIGTERM', 'SIGINT'] as const)('drains on %s and ends with 0', async (signal) => {
  const started = start({})
  await waitUrl(started)
  started.child.kill(signal)
  const [code] = await once(started.child, 'exit')
  expect(code).toBe(0)
  expect(started.output()).toContain('"drained"')
})

it('ends at once on a second signal', async () => {
  const started = start({ API_KEY, SHUTDOWN_GRACE_SECONDS: '600' })
  const socket = await openRequest(await waitUrl(started))
  started.child.kill('SIGTERM')
  await waitFor('the draining', () => started.output().includes('"draining"') || undefined)
  const began = performance.now()
  started.child.kill('SIGTERM')
  const [code] = await once(started.child, 'exit')
  socket.destroy()
  expect(code).toBe(143)
  expect(quiet(performance.now() - began)).toBeLessThan(5000)
})

it('C39: ends with 0 within the grace period though a request hangs', async () => {
  const started = start({ API_KEY, SHUTDOWN_GRACE_SECONDS: '2' })
  const socket = await openRequest(await waitUrl(started))
  const began = performance.now()
  started.child.kill('SIGTERM')
  const [code] = await once(started.child, 'exit')
  socket.destroy()
  expect(code).toBe(0)
  expect(quiet(performance.now() - began)).toBeLessThan(3500)
})

/** Processes of the group, by /proc: the group's id is that of its leader. */
function isGroupAlive(leader: number): boolean {
  try {
    process.kill(-leader, 0)
    return true
  } catch {
    return false
  }
}

it.each(['SIGTERM', 'SIGKILL'] as const)(
  'npm start ends wholly when npm gets %s',
  async (signal) => {
    // setsid: a group of its own, led by npm.
    const started = start({}, ['setsid', 'npm', 'start'])
    await waitUrl(started)
    const npm = started.child.pid ?? 0
    process.kill(npm, signal)
    await waitFor('the end of the group', () => !isGroupAlive(npm) || undefined)
  },
)

/** libuv names its threads; it makes all of them at the pool's first use. */
function poolThreads(pid: number): number {
  const names = readdirSync(`/proc/${pid}/task`).map((task) =>
    readFileSync(`/proc/${pid}/task/${task}/comm`, 'utf8'),
  )
  return names.filter((name) => name.startsWith('libuv-worker')).length
}

it.runIf(process.platform === 'linux')(
  'has a larger thread pool than the hasher takes',
  async () => {
    const started = start({ MINT_SIZE: '1' })
    await waitUrl(started)
    // Hashing, and sixteen for look-ups of names and files (main.ts).
    const all = availableParallelism() + 16
    await waitFor('the first hash', () => poolThreads(started.child.pid ?? 0) === all || undefined)
  },
)
