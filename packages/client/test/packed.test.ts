// The package as somebody gets it: packed, installed into an empty folder, imported, compiled and bundled.

import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packed } from '../../../test/packed.ts'

const ROOT = join(import.meta.dirname, '../../..')
/** Of the main entry, minified and compressed. */
const MAX_MAIN_BYTES = 6 * 1024

const PAGE = readFileSync(join(ROOT, 'docs/login-flow.md'), 'utf8')
const LOGIN_FLOW = /```ts\n(.*?)```/s.exec(PAGE)?.[1] ?? 'docs/login-flow.md has no program'

let folder: string
const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
const run = (command: string, ...args: string[]) =>
  execFileSync(command, args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' })

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-consumer-'))
  write('package.json', '{"type":"module","private":true}')
  run(
    'npm',
    'install',
    '--offline',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    packed('client'),
  )
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function bundled(conditions: string[], platform: 'browser' | 'neutral'): Promise<string> {
  write('entry.js', "export { Countersign } from '@countersign/client'\n")
  const { outputFiles } = await build({
    ...{ entryPoints: [join(folder, 'entry.js')], bundle: true, minify: true, write: false },
    ...{ format: 'esm', platform, conditions },
  })
  return outputFiles[0]?.text ?? ''
}

describe('C91: the package', () => {
  it('holds what it needs and nothing else', () => {
    const names = run('tar', '-tzf', packed('client')).split('\n').filter(Boolean)
    const folders = new Set(names.map((name) => name.split('/').slice(1, -1).join('/')))
    expect([...folders].sort()).toEqual(['', 'dist', 'dist/fake'])
    expect(names).toEqual(expect.arrayContaining(['package/LICENSE', 'package/README.md']))
    const { dependencies } = JSON.parse(
      readFileSync(join(folder, 'node_modules/@countersign/client/package.json'), 'utf8'),
    )
    expect(dependencies).toBe(undefined)
  })

  it('is imported by Node, each entry of it', () => {
    const { exports } = JSON.parse(readFileSync(join(ROOT, 'packages/client/package.json'), 'utf8'))
    const entries = Object.keys(exports).filter((name) => !name.endsWith('.json'))
    write(
      'import.js',
      `for (const name of ${JSON.stringify(entries)}) console.log(name, Object.keys(await import('@countersign/client' + name.slice(1))).join())`,
    )
    expect(run(process.execPath, 'import.js').trim().split('\n')).toEqual([
      '. Countersign,CountersignError',
      './browser CountersignError,CountersignView',
      './webhooks verifyWebhook',
      './approval createApprovalVerifier',
      './testing createFake',
    ])
  })

  it('throws in a bundle for browsers, and works in one for workers', async () => {
    write('browser.js', await bundled([], 'browser'))
    expect(() => run(process.execPath, 'browser.js')).toThrow(/must not reach a browser/)
    write('worker.js', await bundled(['workerd', 'worker', 'browser'], 'neutral'))
    expect(run(process.execPath, 'worker.js')).toBe('')
  })

  it('compiles in a strict program and in that of docs/login-flow.md, and not in a wrong one', () => {
    write('consumer.ts', CONSUMER)
    write('login-flow.ts', LOGIN_FLOW)
    write('tsconfig.json', JSON.stringify(TSCONFIG))
    symlinkSync(join(ROOT, 'node_modules/@types'), join(folder, 'node_modules/@types'))
    const compiler = join(ROOT, 'node_modules/typescript/bin/tsc')
    const { stdout } = spawnSync(process.execPath, [compiler, '-p', '.'], {
      cwd: folder,
      encoding: 'utf8',
    })
    expect(stdout).toBe('')
  })

  it(`is under ${MAX_MAIN_BYTES} bytes`, async () => {
    const text = await bundled([], 'neutral')
    const bytes = gzipSync(text, { level: 9 }).length
    console.log(`@countersign/client: ${bytes} bytes minified and compressed`)
    expect(bytes).toBeGreaterThan(1000)
    expect(bytes).toBeLessThan(MAX_MAIN_BYTES)
  })
})

const TSCONFIG = {
  compilerOptions: {
    ...{ target: 'es2022', lib: ['es2022'], module: 'nodenext', types: ['node'] },
    ...{ strict: true, exactOptionalPropertyTypes: true, noEmit: true, skipLibCheck: true },
  },
  files: ['consumer.ts', 'login-flow.ts'],
}

const CONSUMER = `
import { Countersign, CountersignError, type Failure, type Reason } from '@countersign/client'
import { createApprovalVerifier } from '@countersign/client/approval'
import { createFake } from '@countersign/client/testing'
import { verifyWebhook } from '@countersign/client/webhooks'

import { CountersignView } from '@countersign/client/browser'
new CountersignView({ url: 'https://verify.example.com', token: 'vt_' + 'a'.repeat(40) })
// @ts-expect-error: no API key in a browser
new CountersignView({ url: 'https://verify.example.com', token: 'vt_', apiKey: 'key' })

const cs: Countersign = createFake().client
new Countersign({ url: 'http://127.0.0.1:8080', apiKey: 'key', fetch, timeoutMs: 1000 })
// @ts-expect-error: no key
new Countersign({ url: 'http://127.0.0.1:8080' })

const started = await cs.start({ to: '+14155552671', session: 's', clientIp: '203.0.113.7', ttlSeconds: 60, metadata: { a_b: '1' } })
// @ts-expect-error: only where it is ok
started.verification.id
// @ts-expect-error: a field that the API does not have
await cs.start({ to: '+14155552671', colour: 'red' })
if (started.ok) {
  const at: string | null = started.verification.resendAt
  const checked = await cs.check({ id: started.verification.id, code: '123456' }, { signal: AbortSignal.timeout(1) })
  if (checked.ok) { const yes: 'approved' = checked.verification.status; yes } else sentence(checked)
  at
} else if (started.reason === 'challenge_required') {
  const hex: string = started.challenge.parameters.keyPrefix
  hex
}

function sentence(failure: Failure): string {
  const reason: Reason = failure.reason
  switch (reason) {
    case 'incorrect': return String(failure.attemptsRemaining)
    case 'exhausted': case 'expired': case 'canceled': case 'already_used': case 'mismatch': case 'not_found': return 'again'
    case 'rate_limited': case 'unavailable': return String(failure.retryAfterSeconds)
    case 'suppressed': case 'not_allowed': case 'blocked': case 'no_more_sends': case 'challenge_required': case 'invalid': return failure.problem.error
    default: { const none: never = reason; return none }
  }
}

const hook = await verifyWebhook('{}', new Headers(), { secrets: ['whsec_1'] })
if (hook.ok && hook.event.type === 'verification.approved') { const id: string = hook.event.data.verification_id; id }
const approval = await createApprovalVerifier({ issuer: 'https://a.example', audience: 'default' })('token', { nonce: 'n' })
if (approval.ok) { const id: string = approval.claims.jti; id }
export const isOurs = (error: unknown) => error instanceof CountersignError && error.problem?.error === 'unauthenticated'
`
