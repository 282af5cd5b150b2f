// The end of the server, and Unix sockets: over real ones.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { Agent, get, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { quiet } from '../quiet.ts'
import { type Double, ID, KEY, startDouble, VIEW } from './double.ts'
import { closeWires, openWire } from './raw-wire.ts'

let double: Double
afterEach(async () => {
  closeWires()
  await double.close()
})
/** Longer than the linger, whatever was left of it. */
const BUSY_MS = 700
/** Sends a request at once and another one when it is told, and writes what it hears. */
const CALLER = `
  const socket = require('node:net').connect(Number(process.argv[1]), '127.0.0.1')
  const ask = () => socket.write('GET /healthz HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n')
  socket.on('data', (data) => process.stdout.write(data))
  socket.on('error', () => process.exit())
  socket.on('close', () => process.exit())
  process.stdin.once('data', ask)
  ask()
`
const CALLERS = 8
/** Connects and asks once it is told, as many at once, and writes what each hears. */
const LATE_CALLERS = `
  const { connect } = require('node:net')
  process.stdin.once('data', () => {
    for (let n = 0; n < ${CALLERS}; n += 1) {
      const socket = connect(Number(process.argv[1]), '127.0.0.1')
      socket.on('data', (data) => process.stdout.write(data))
      socket.on('error', () => {})
      socket.write('GET /healthz HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n')
    }
    process.stdin.destroy()
  })
  process.stdout.write('ready')
`
const open = () => openWire(double.server.port ?? 0)

describe('the end', () => {
  it('answers accepted requests, even late ones on an open connection, then closes', async () => {
    // Longer than all of this takes on a busy machine: nothing is idle at its end.
    double = await startDouble({ times: { lingerMs: 20_000 } })
    const gate = Promise.withResolvers<void>()
    double.answer('start', async () => {
      await gate.promise
      return { kind: 'started', verification: VIEW, budgets: [], replayed: false }
    })
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const { hostname, port } = new URL(double.server.url)
    const look = (path: string) =>
      new Promise<{ status: number | undefined; connection: string | undefined }>(
        (resolve, reject) => {
          get(
            { hostname, port, path, agent, headers: { authorization: `Bearer ${KEY}` } },
            (incoming) => {
              incoming
                .resume()
                .on('end', () =>
                  resolve({ status: incoming.statusCode, connection: incoming.headers.connection }),
                )
            },
          ).on('error', reject)
        },
      )
    expect((await look('/healthz')).status).toBe(200)
    const running = fetch(`${double.server.url}/verify/start`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${KEY}`,
        'content-type': 'application/json',
        connection: 'close',
      },
      body: '{"to":"+14155552671"}',
    })
    await expect.poll(() => double.calls.length).toBe(1)

    const closed = double.server.close(30_000)
    const knock = () => fetch(`${double.server.url}/healthz`, { headers: { connection: 'close' } })
    await vi.waitFor(() => expect(knock()).rejects.toThrow())
    // The kept-alive connection of before: one more request, and the word that it was the last.
    expect(await look(`/verify/${ID}`)).toEqual({ status: 200, connection: 'close' })
    gate.resolve()
    expect((await running).status).toBe(201)
    expect(await closed).toBe(true)
    agent.destroy()
  })

  it('C39: a request that came while the process was busy is answered: its connection only looks idle', async () => {
    double = await startDouble({ times: { lingerMs: 100 } })
    const port = double.server.port ?? 0
    const caller = spawn(process.execPath, ['-e', CALLER, String(port)], { stdio: 'pipe' })
    let heard = ''
    caller.stdout.on('data', (data) => {
      heard += data
    })
    await vi.waitFor(() => expect(heard).toContain('HTTP/1.1 200'))
    const closed = double.server.close(5000)
    const ended = once(caller, 'exit')
    // As on a machine without a core to spare: the request is there, and so is the end of the linger. Timers come next.
    setImmediate(() => {
      caller.stdin.write('again')
      const until = performance.now() + BUSY_MS
      while (performance.now() < until);
    })
    await ended
    expect(heard.split('HTTP/1.1 200').length - 1).toBe(2)
    expect(await closed).toBe(true)
  })

  it('C39: connections that waited while the process was busy are accepted, and their requests answered', async () => {
    double = await startDouble({ times: { lingerMs: 100 } })
    const callers = spawn(process.execPath, ['-e', LATE_CALLERS, String(double.server.port)])
    let heard = ''
    callers.stdout.on('data', (data) => {
      heard += data
    })
    await vi.waitFor(() => expect(heard).toBe('ready'))
    const ended = once(callers, 'exit')
    callers.stdin.write('now')
    // The system connects them meanwhile; the signal to end is what this process hears of first.
    const until = performance.now() + BUSY_MS
    while (performance.now() < until);
    const closed = double.server.close(5000)
    await ended
    expect(heard.split('HTTP/1.1 200').length - 1).toBe(CALLERS)
    expect(await closed).toBe(true)
  })

  it('cuts off at the deadline, and reports it', async () => {
    double = await startDouble({ times: { lingerMs: 50 } })
    double.answer('start', () => new Promise(() => {}))
    const outgoing = request(`${double.server.url}/verify/start`, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    })
    const cut = once(outgoing, 'error')
    outgoing.end('{"to":"+14155552671"}')
    await expect.poll(() => double.calls.length).toBe(1)
    const startedAt = performance.now()
    expect(await double.server.close(300)).toBe(false)
    expect(quiet(performance.now() - startedAt)).toBeLessThan(1000)
    await cut
  })

  it('does not wait for idle connections longer than they linger', async () => {
    double = await startDouble({ times: { lingerMs: 100 } })
    const wire = open()
    wire.socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n')
    await expect.poll(() => wire.heard()).toContain('200 OK')
    const startedAt = performance.now()
    expect(await double.server.close(5000)).toBe(true)
    expect(quiet(performance.now() - startedAt)).toBeLessThan(1000)
  })
})

describe('a Unix socket', () => {
  it('is served, leaves nothing behind, and a stale one of a killed process is taken over', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'cs-'))
    const path = join(directory, 'api.sock')
    try {
      double = await startDouble({ host: `unix:${path}` })
      expect(double.server).toMatchObject({ port: null, url: `unix:${path}` })
      const statusOf = () =>
        new Promise((resolve, reject) => {
          get({ socketPath: path, path: '/healthz' }, (incoming) =>
            resolve(incoming.statusCode),
          ).on('error', reject)
        })
      expect(await statusOf()).toBe(200)
      await expect(startDouble({ host: `unix:${path}` })).rejects.toThrow(/EADDRINUSE/)
      await double.close()
      expect(existsSync(path)).toBe(false)

      const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => console.log('on'))`
      const killed = spawn(process.execPath, ['-e', script])
      await once(killed.stdout, 'data')
      killed.kill('SIGKILL')
      await once(killed, 'exit')
      expect(existsSync(path)).toBe(true)
      double = await startDouble({ host: `unix:${path}` })
      expect(await statusOf()).toBe(200)
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  })
})
