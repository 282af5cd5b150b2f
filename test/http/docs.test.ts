// The readable document: what it shows, and that it is made once for everybody.

import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createApp } from '../../src/http/app.ts'
import type { AppDeps } from '../../src/http/deps.ts'
import { createClock } from '../../src/kernel/clock.ts'
import { ERRORS } from '../../src/kernel/errors.ts'
import { createLogger } from '../../src/kernel/logger.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'
import type { DocumentedOperation } from './document.ts'
import { type Double, startDouble } from './double.ts'

const inbox = { list: () => [], subscribe: () => () => {} }
let double: Double
// biome-ignore lint/suspicious/noExplicitAny: a JSON document is walked
let document: any
beforeAll(async () => {
  double = await startDouble({ inbox })
  document = await (await fetch(`${double.server.url}/openapi.json`)).json()
})
afterAll(() => double.close())

async function readDocs() {
  const answer = await fetch(`${double.server.url}/docs`)
  return { headers: answer.headers, text: await answer.text() }
}

describe('/docs', () => {
  it('has an anchor for every error and every operation, and loads nothing from elsewhere', async () => {
    const { text, headers } = await readDocs()
    for (const slug of Object.keys(ERRORS)) expect(text).toContain(`id="${slug}"`)
    for (const path of Object.keys(document.paths)) expect(text).toContain(path)
    expect(text).not.toMatch(/<(?:link|script|img|iframe)[^>]+(?:https?:)?\/\//)
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
  })

  it('C52: is the same for everybody: its style is allowed by hash, and no script is', async () => {
    const first = await readDocs()
    expect((await readDocs()).text).toBe(first.text)
    const style = /<style>([^<]*)<\/style>/.exec(first.text)?.[1] ?? ''
    const hash = createHash('sha256').update(style).digest('base64')
    const policy = first.headers.get('content-security-policy')
    expect(policy).toContain(`; style-src 'sha256-${hash}'; `)
    expect(policy).not.toMatch(/script-src|unsafe|nonce/)
    expect(first.text).not.toMatch(/<script| style=/)
  })

  it('C52: is rendered once, and the document for programs, too', async () => {
    const deps = {
      ...{ inbox, clock: createClock(), metrics: createMetrics() },
      logger: createLogger({ level: 'silent' }),
    }
    const app = createApp(deps as unknown as AppDeps)
    const outgoing = { setHeader() {} }
    const build = vi.spyOn(app, 'getOpenAPI31Document')
    for (const path of ['/docs', '/docs', '/docs', '/openapi.json', '/openapi.json'])
      expect((await app.request(path, undefined, { outgoing })).status).toBe(200)
    expect(build).toHaveBeenCalledTimes(2)
  })

  it('C43: shows lengths, bounds, defaults and examples of requests, and every field of the answers', async () => {
    const { text } = await readDocs()
    const sections = new Map(
      [...text.matchAll(/<section class="op" id="(\w+)">(.*?)<\/section>/gs)].map(
        ([, id, inside]) => [id, inside ?? ''],
      ),
    )
    const start = sections.get('startVerification') ?? ''
    for (const shown of [
      '<code>to</code></td><td>string, 1–320 characters</td>',
      '<code>code_length</code></td><td>integer, 4–10</td>',
      '<span class="soft">Default:</span> <code>login</code>',
      '<span class="soft">Example:</span> <code>203.0.113.7</code>',
      '<code>Idempotency-Key</code></td><td>header: string</td>',
      'Example request',
      '&quot;to&quot;: &quot;+14155552671&quot;',
      '<code>delivery_status</code></td><td>queued | sending | sent | ',
      'Example response (200, 201)',
      '&quot;reference&quot;: &quot;K7Q-42M&quot;',
    ])
      expect(start).toContain(shown)
    expect(sections.get('exchangeApproval')).toContain('<code>session</code> *</td>')
    expect(sections.get('checkVerification')).toContain(
      'A <code>code</code>, or the <code>link</code> of a mail with its <code>link_binding</code>.',
    )
    expect(start).toContain('Exactly one of <code>to</code> and <code>subject</code>.')
    const list = sections.get('listVerifications')
    expect(list).toContain('<code>verifications[].deliveries[].error.code</code>')
    expect(sections.get('readLimits')).toContain('<code>services[].limits[].window_seconds</code>')
    expect(text.slice(text.indexOf('id="errors"'))).toContain('<code>retry_after_seconds</code>')
    for (const [path, methods] of Object.entries<Record<string, DocumentedOperation>>(
      document.paths,
    ))
      for (const { operationId, responses } of Object.values(methods)) {
        const schema = (responses[200] ?? responses[201])?.content?.['application/json']?.schema
        const name = schema?.$ref?.split('/').at(-1) ?? ''
        for (const field of Object.keys(document.components.schemas[name]?.properties ?? {}))
          expect([path, sections.get(operationId)?.includes(`<code>${field}</code></td>`)]).toEqual(
            [path, true],
          )
      }
  })

  it('C43: shows the headers of each answer, and the lengths of an object’s values', async () => {
    const { text } = await readDocs()
    const start = text.slice(text.indexOf('id="startVerification"'))
    expect(start).toContain('up to 10 pairs, each value string, up to 256 characters')
    let count = 0
    for (const methods of Object.values<Record<string, DocumentedOperation>>(document.paths))
      for (const { operationId, responses } of Object.values(methods)) {
        const [section = ''] = text
          .slice(text.indexOf(`<section class="op" id="${operationId}">`))
          .split('</section>')
        for (const [status, { headers }] of Object.entries(responses)) {
          const [row] = section.slice(section.indexOf(`<tr><td>${status}</td>`)).split('</tr>')
          expect(Object.keys(headers ?? {})).toContain('X-Request-Id')
          for (const name of Object.keys(headers ?? {}).filter((one) => one !== 'X-Request-Id')) {
            expect([operationId, status, row]).toContainEqual(
              expect.stringContaining(`<code>${name}</code>: `),
            )
            count += 1
          }
        }
      }
    expect(count).toBeGreaterThan(50)
  })

  it('shows words in backticks as code, escaped', async () => {
    const { text } = await readDocs()
    expect(text).not.toContain('`')
    expect(text).toContain('Phone number (E.164, or national with <code>country</code>)')
    expect(text).toContain('<code>code_incorrect</code>: The code is wrong.')
  })
})
