// rediss:// through a real TLS server with a certificate of its own making.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer, type Server } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { StartupError } from '../../src/kernel/errors.ts'
import { keyOf } from '../contract/limiter.ts'
import { PATIENCE_MS } from '../long.ts'
import { NEEDS_REDIS, REDIS } from '../redis/server.ts'
import { admitTogether } from './admit-process.ts'
import { useLimitsServer } from './redis-fixture.ts'

const hasOpenssl = spawnSync('openssl', ['version']).status === 0
const needs = hasOpenssl ? NEEDS_REDIS : '(skipped: openssl is not installed)'

describe.skipIf(!REDIS || !hasOpenssl)(`rediss:// ${needs}`, () => {
  const limits = useLimitsServer(undefined, { answerMs: PATIENCE_MS })
  const directory = mkdtempSync(join(tmpdir(), 'countersign-tls-'))
  const certificate = join(directory, 'certificate')
  const key = join(directory, 'key')
  let server: Server
  let url = ''
  beforeAll(async () => {
    const words =
      'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=test -addext subjectAltName=IP:127.0.0.1'
    spawnSync('openssl', [...words.split(' '), '-keyout', key, '-out', certificate])
    const keys = { key: readFileSync(key), cert: readFileSync(certificate) }
    server = createServer(keys, (near) => {
      const far = connect(limits.server().port, '127.0.0.1')
      near.pipe(far).pipe(near)
      for (const socket of [near, far]) socket.on('error', () => {})
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    url = `rediss://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
  })
  afterAll(() => {
    server.close()
    rmSync(directory, { recursive: true, force: true })
  })

  it('of an unknown authority: refused at the start, with what to do', async () => {
    const error = await limits.open({ url }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(StartupError)
    expect((error as Error).message).toContain(
      'its certificate is not trusted: NODE_EXTRA_CA_CERTS',
    )
  })

  it('of one that was named: counts', async () => {
    const keys = [keyOf('check_per_ip', 'one', 2)]
    const env = { NODE_EXTRA_CA_CERTS: certificate }
    expect(await admitTogether([{ engine: 'redis', at: url, keys, times: 5, env }])).toBe(2)
    expect(await limits.server().get('countersign:check_per_ip:one')).not.toBeNull()
  })
})
