// The document and the app are the same thing: every route in both, nothing else in either, and it lints.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApp } from '../../src/http/app.ts'
import type { AppDeps } from '../../src/http/deps.ts'
import { ERRORS } from '../../src/kernel/errors.ts'
import { type Client, createClient } from './client.ts'
import type { DocumentedField, DocumentedOperation } from './document.ts'
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
      .filter(({ path }) => path !== '/')
      .map(({ method, path }) => {
        const ended = path.replaceAll(/:(\w+)\{[^}]*?\\(\.\w+)\}/g, ':$1$2')
        return `${method} ${ended.replaceAll(/:(\w+)/g, '{$1}')}`
      })
    expect(operations().toSorted()).toEqual([...new Set(routes)].toSorted())
  })

  it('holds the routes of the contract', () => {
    expect(operations().toSorted()).toEqual([
      'DELETE /factors/{id}',
      'GET /.well-known/jwks.json',
      'GET /admin/api/abuse',
      'GET /admin/api/costs',
      'GET /admin/api/events',
      'GET /admin/api/health',
      'GET /admin/api/keys',
      'GET /admin/api/list-entries',
      'GET /admin/api/refusals',
      'GET /admin/api/settings',
      'GET /admin/api/settings/{service}',
      'GET /admin/api/shield',
      'GET /admin/api/shield/what-if',
      'GET /admin/api/summary',
      'GET /admin/api/suppressions',
      'GET /admin/api/verifications',
      'GET /admin/api/verifications/stream',
      'GET /admin/api/verifications/{id}',
      'GET /admin/api/webhooks',
      'GET /admin/api/webhooks/destinations',
      'GET /admin/api/webhooks/{id}',
      'GET /dev/inbox',
      'GET /dev/inbox/stream',
      'GET /docs',
      'GET /docs/move-in/{page}.md',
      'GET /docs/{page}.md',
      'GET /factors',
      'GET /healthz',
      'GET /llms.txt',
      'GET /metrics',
      'GET /openapi.json',
      'GET /readyz',
      'GET /v/{token}.json',
      'GET /v/{token}/events',
      'GET /verify/{id}',
      'POST /admin/api/events/export',
      'POST /admin/api/events/search',
      'POST /admin/api/keys/create',
      'POST /admin/api/keys/{id}/revoke',
      'POST /admin/api/list-entries/create',
      'POST /admin/api/list-entries/search',
      'POST /admin/api/list-entries/{id}/end',
      'POST /admin/api/recipients/erase',
      'POST /admin/api/recipients/export',
      'POST /admin/api/recipients/limits',
      'POST /admin/api/recipients/limits/lift',
      'POST /admin/api/refusals/export',
      'POST /admin/api/refusals/search',
      'POST /admin/api/suppressions/search',
      'POST /admin/api/suppressions/{id}/lift',
      'POST /admin/api/verifications/export',
      'POST /admin/api/verifications/search',
      'POST /admin/api/verifications/{id}/cancel',
      'POST /admin/api/verifications/{id}/resend',
      'POST /admin/api/verifications/{id}/reveal',
      'POST /admin/api/webhooks/destinations/{destination}/on',
      'POST /admin/api/webhooks/destinations/{destination}/replay',
      'POST /admin/api/webhooks/{id}/replay',
      'POST /approvals/consume',
      'POST /approvals/exchange',
      'POST /factors/recovery-codes',
      'POST /factors/totp',
      'POST /factors/{id}/confirm',
      'POST /v/{token}/check',
      'POST /v/{token}/next',
      'POST /v/{token}/resend',
      'POST /verify/check',
      'POST /verify/list',
      'POST /verify/start',
      'POST /verify/{id}/cancel',
      'POST /verify/{id}/next',
      'POST /verify/{id}/report',
      'POST /verify/{id}/resend',
    ])
  })

  it('documents every error, and each status with its errors', () => {
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
    expect(rest).toEqual(['method_not_allowed', 'headers_too_large'])
  })

  it('requires a key where the app does', async () => {
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

  it('C43: has words for every field of every request and answer, and an example or its values', () => {
    const missing: string[] = []
    const look = (at: string, schema: DocumentedField) => {
      for (const [name, field] of Object.entries(schema.properties ?? {})) {
        const path = `${at}.${name}`
        if (field.$ref) continue
        if (!field.description) missing.push(`${path}: description`)
        const isShown = ['example', 'enum', 'const', 'default', 'properties', 'items', 'anyOf']
        const isFlag = [field.type].flat().includes('boolean')
        if (!isFlag && !isShown.some((key) => key in field)) missing.push(`${path}: example`)
        look(path, field)
        look(`${path}[]`, field.items ?? {})
      }
    }
    for (const [name, schema] of Object.entries<DocumentedField>(document.components.schemas))
      look(name, schema)
    // What is missing is described at its schema, or in src/http/field-words.ts.
    expect(missing).toEqual([])
    for (const [path, methods] of Object.entries<Record<string, DocumentedOperation>>(
      document.paths,
    ))
      for (const [method, { parameters = [], requestBody, responses }] of Object.entries(methods)) {
        for (const { name, description, schema } of parameters)
          expect([path, name, description ?? schema.description]).not.toContain(undefined)
        const bodies = [requestBody, ...Object.values(responses)]
        for (const [type, content] of bodies.flatMap((body) => Object.entries(body?.content ?? {})))
          expect([method, path, type, 'example' in content || 'examples' in content]).toEqual([
            ...[method, path, type, true],
          ])
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
