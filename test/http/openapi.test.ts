// The document and the app are the same thing: every route in both, nothing else in either, and it lints.

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createApp } from '../../src/http/app.ts'
import type { AppDeps } from '../../src/http/deps.ts'
import { createClock } from '../../src/kernel/clock.ts'
import { ERRORS } from '../../src/kernel/errors.ts'
import { createLogger } from '../../src/kernel/logger.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'
import { type Client, createClient } from './client.ts'
import { type Double, startDouble } from './double.ts'

const inbox = { list: () => [], subscribe: () => () => {} }
let double: Double
let client: Client
// biome-ignore lint/suspicious/noExplicitAny: a JSON document is walked
let document: any
beforeAll(async () => {
  double = await startDouble({ inbox })
  client = await createClient(double.server.url, null)
  document = client.documented.document
})
afterAll(() => double.close())

const operations = () =>
  Object.entries<Record<string, object>>(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )

describe('the document', () => {
  it('names every route of the app, and the app has every route it names', () => {
    const app = createApp({ inbox } as unknown as AppDeps)
    const routes = app.routes
      .filter(({ method }) => method !== 'ALL')
      // The console's pages are no API: what they show and do is under /admin/api.
      .filter(({ path }) => !/^\/admin(?!\/api\/)/.test(path))
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`)
    expect(operations().toSorted()).toEqual([...new Set(routes)].toSorted())
  })

  it('holds the routes of the contract', () => {
    expect(operations().toSorted()).toEqual([
      'DELETE /factors/{id}',
      'GET /admin/api/attempts',
      'GET /admin/api/attempts/stream',
      'GET /admin/api/attempts/{id}',
      'GET /admin/api/events',
      'GET /admin/api/health',
      'GET /dev/inbox',
      'GET /dev/inbox/stream',
      'GET /docs',
      'GET /factors',
      'GET /healthz',
      'GET /metrics',
      'GET /openapi.json',
      'GET /readyz',
      'GET /verify/{id}',
      'POST /admin/api/attempts/search',
      'POST /admin/api/attempts/{id}/cancel',
      'POST /admin/api/attempts/{id}/resend',
      'POST /admin/api/attempts/{id}/reveal',
      'POST /admin/api/events/search',
      'POST /admin/api/recipients/erase',
      'POST /admin/api/recipients/export',
      'POST /admin/api/recipients/limits',
      'POST /factors/recovery-codes',
      'POST /factors/totp',
      'POST /factors/{id}/confirm',
      'POST /verify/check',
      'POST /verify/list',
      'POST /verify/start',
      'POST /verify/{id}/cancel',
      'POST /verify/{id}/resend',
    ])
  })

  it('tells every error there is, and each status with the errors behind it', () => {
    expect(document.openapi).toBe('3.1.0')
    expect(document.components.schemas.Problem.properties.error.enum).toEqual(Object.keys(ERRORS))
    const told = new Set<string>()
    for (const methods of Object.values<Record<string, { responses: object }>>(document.paths))
      for (const { responses } of Object.values(methods))
        for (const [status, answer] of Object.entries(responses))
          for (const slug of Object.keys(
            answer.content?.['application/problem+json']?.examples ?? {},
          )) {
            expect(ERRORS[slug as keyof typeof ERRORS].status).toBe(Number(status))
            told.add(slug)
          }
    // What has no route of its own is told in the description.
    const rest = Object.keys(ERRORS).filter((slug) => !told.has(slug))
    expect(rest).toEqual(['not_found', 'method_not_allowed', 'headers_too_large'])
  })

  it('wants a key where the app does', async () => {
    for (const [path, methods] of Object.entries<Record<string, { security: object[] }>>(
      document.paths,
    ))
      for (const [method, { security }] of Object.entries(methods)) {
        if (path.endsWith('/stream')) continue
        const init =
          method === 'post' ? { body: '{}', headers: { 'content-type': 'application/json' } } : {}
        const { status } = await client.send(
          method.toUpperCase(),
          path.replace('{id}', 'vrf_x'),
          init,
        )
        expect([path, status === 401]).toEqual([path, security.length > 0])
      }
  })

  it('passes the linter', () => {
    const directory = mkdtempSync(join(tmpdir(), 'openapi-'))
    const file = join(directory, 'openapi.json')
    writeFileSync(file, JSON.stringify(document))
    try {
      const args = [
        createRequire(import.meta.url).resolve('@redocly/cli/bin/cli.js'),
        'lint',
        file,
        '--config',
        'redocly.yaml',
        '--format',
        'json',
      ]
      const env = {
        ...process.env,
        REDOCLY_TELEMETRY: 'off',
        REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true',
      }
      const report = JSON.parse(execFileSync(process.execPath, args, { env, encoding: 'utf8' }))
      expect(report.totals).toMatchObject({ errors: 0, warnings: 0 })
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  })
})

describe('/docs', () => {
  it('has an anchor for every error and every operation, and loads nothing from elsewhere', async () => {
    const { text, headers } = await client.get('/docs')
    for (const slug of Object.keys(ERRORS)) expect(text).toContain(`id="${slug}"`)
    for (const operation of operations()) expect(text).toContain(operation.split(' ')[1])
    expect(text).not.toMatch(/<(?:link|script|img|iframe)[^>]+(?:https?:)?\/\//)
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
  })

  it('C52: is the same for everybody: its style is allowed by hash, and no script is', async () => {
    const first = await client.get('/docs')
    expect((await client.get('/docs')).text).toBe(first.text)
    const style = /<style>([^<]*)<\/style>/.exec(first.text)?.[1] ?? ''
    const hash = createHash('sha256').update(style).digest('base64')
    const policy = first.headers.get('content-security-policy')
    expect(policy).toContain(`; style-src 'sha256-${hash}'; `)
    expect(policy).not.toMatch(/script-src|unsafe|nonce/)
    expect(first.text).not.toMatch(/<script| style=/)
  })

  it('C52: is made once, and the document for programs, too', async () => {
    const deps = {
      ...{ inbox, clock: createClock(), metrics: createMetrics() },
      logger: createLogger({ level: 'silent' }),
    }
    const app = createApp(deps as unknown as AppDeps)
    const build = vi.spyOn(app, 'getOpenAPI31Document')
    for (const path of ['/docs', '/docs', '/docs', '/openapi.json', '/openapi.json'])
      expect((await app.request(path)).status).toBe(200)
    expect(build).toHaveBeenCalledTimes(2)
  })

  it('shows words in backticks as code, escaped', async () => {
    const { text } = await client.get('/docs')
    expect(text).not.toContain('`')
    expect(text).toContain('Phone number (E.164, or national with <code>country</code>)')
    expect(text).toContain('<code>code_incorrect</code>: The code is wrong.')
  })
})
