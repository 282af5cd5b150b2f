// deploy/scale/haproxy.cfg before real nodes on one PostgreSQL, in Debian's HAProxy: nodes come and go, the database goes.
// Only where the nodes are, and how often they are asked, differs from the file.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  API_KEY,
  freePort,
  type ServiceProcess,
  startService,
  temporaryDirectory,
  UNLIMITED,
  waitFor,
} from '../e2e/service-process.ts'
import { type PostgresServer, startPostgres } from '../postgres/server.ts'

const CONFIG = 'deploy/scale/haproxy.cfg'
const NODES = 3
const CALLERS = 6
/** Three nodes end and start, one after the other, on a machine that does other things as well. */
const ROLL_MS = 120_000
const PATIENCE_MS = 40_000
const hasProxy = spawnSync('haproxy', ['-v']).error === undefined
const title = hasProxy ? 'behind HAProxy' : 'behind HAProxy (skipped: it is not installed)'

describe.skipIf(!hasProxy)(title, () => {
  const directory = temporaryDirectory()
  let database: PostgresServer
  let nodes: ServiceProcess[] = []
  let proxy: ChildProcess
  let url: string
  let told = ''

  const startNode = (port: number) =>
    startService(directory.path, { ...UNLIMITED, DATABASE_URL: database.url() }, { port })
  const portOf = (node: ServiceProcess) => Number(new URL(node.url).port)

  let people = 0
  async function start(): Promise<Response> {
    people += 1
    return fetch(`${url}/verify/start`, {
      method: 'POST',
      headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ to: `proxy-${people}@example.com` }),
    })
  }

  /** As the proxy last said it of a node that it once had lost. */
  function isUp(name: string): boolean {
    const said = [...told.matchAll(new RegExp(`Server ${name} is (UP|DOWN)`, 'g'))]
    return said.at(-1)?.[1] !== 'DOWN'
  }
  const allUp = () =>
    waitFor(
      'every node to be in rotation',
      () => (nodes.every((_, n) => isUp(`ready/node${n + 1}`)) ? true : undefined),
      PATIENCE_MS,
    )

  beforeAll(async () => {
    database = await startPostgres()
    nodes = await Promise.all(
      Array.from({ length: NODES }, async () => startNode(await freePort())),
    )
    const port = await freePort()
    let config = readFileSync(CONFIG, 'utf8')
      .replace('bind :8080', `bind 127.0.0.1:${port}`)
      .replace('inter 2s', 'inter 100ms')
      .replaceAll(' resolvers docker\n', '\n')
    for (const [n, node] of nodes.entries())
      config = config.replaceAll(`node${n + 1}:8080`, `127.0.0.1:${portOf(node)}`)
    const file = join(directory.path, 'haproxy.cfg')
    writeFileSync(file, config)
    proxy = spawn('haproxy', ['-f', file], { stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [proxy.stdout, proxy.stderr])
      stream?.on('data', (chunk: Buffer) => {
        told += chunk.toString()
      })
    url = `http://127.0.0.1:${port}`
    await waitFor('an answer', async () => {
      const answer = await start().catch(() => undefined)
      return answer?.status === 201 || undefined
    })
  })
  afterAll(async () => {
    proxy?.kill('SIGKILL')
    for (const node of nodes) node.kill('SIGKILL')
    await Promise.all(nodes.map(({ exited }) => exited))
    await database?.stop()
    directory.remove()
  })

  it('accepts the file as shipped', () => {
    const { status, stdout, stderr } = spawnSync('haproxy', ['-c', '-f', CONFIG])
    expect(status, `${stdout}${stderr}`).toBe(0)
  })

  it('loses no request while each node in turn is drained and replaced', {
    timeout: ROLL_MS,
  }, async () => {
    const answers = new Map<number, number>()
    let isOver = false
    const callers = Array.from({ length: CALLERS }, async () => {
      while (!isOver) {
        const { status } = await start()
        answers.set(status, (answers.get(status) ?? 0) + 1)
      }
    })
    for (const [n, node] of nodes.entries()) {
      const before = answers.get(201) ?? 0
      expect(await node.stop()).toBe(0)
      nodes[n] = await startNode(portOf(node))
      await allUp()
      await waitFor(
        'more answers',
        () => (answers.get(201) ?? 0) > before + CALLERS || undefined,
        PATIENCE_MS,
      )
    }
    isOver = true
    await Promise.all(callers)
    expect([...answers.keys()]).toEqual([201])
  })

  it('while the database is frozen: the nodes’ own 503 and Retry-After, and service again afterwards', {
    timeout: ROLL_MS,
  }, async () => {
    database.freeze()
    try {
      await waitFor(
        'no node to be ready',
        () => (told.includes('backend ready has no server available') ? true : undefined),
        PATIENCE_MS,
      )
      const answer = await start()
      expect(answer.status).toBe(503)
      expect(answer.headers.get('content-type')).toContain('application/problem+json')
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
      const body = (await answer.json()) as { error: string; instance: string }
      expect(body.error).toBe('store_unavailable')
      expect(body.instance, 'a node’s own words').toBe(answer.headers.get('x-request-id'))
    } finally {
      database.thaw()
    }
    await allUp()
    expect((await start()).status).toBe(201)
  })

  it('where no node is left: 503 that a caller can read', { timeout: ROLL_MS }, async () => {
    for (const node of nodes) expect(await node.stop()).toBe(0)
    await waitFor(
      'no node to be alive',
      () => (told.includes('backend alive has no server available') ? true : undefined),
      PATIENCE_MS,
    )
    const answer = await start()
    expect(answer.status).toBe(503)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(answer.headers.get('retry-after')).toBe('2')
    expect(await answer.json()).toMatchObject({ status: 503, retry_after_seconds: 2 })
  })
})
