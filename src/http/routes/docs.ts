// GET /docs: the document for people. Every problem's `type` leads here.
// It must not load anything from another host.

import { createRoute, z } from '@hono/zod-openapi'
import type { AppDeps } from '../deps.ts'
import type { ShownDocument } from '../document-schema.ts'
import { stylePolicy } from '../middleware/security-headers.ts'
import { buildDocument } from '../openapi-document.ts'
import { DOCS_STYLE, docsPage } from '../pages/docs-page.ts'
import { wholeStyle } from '../pages/layout.ts'
import { type App, register } from '../register.ts'
import { problems, REQUEST_ID } from '../schemas/documented.ts'

const route = createRoute({
  method: 'get',
  path: '/docs',
  operationId: 'getDocs',
  summary: 'This API, readable',
  tags: ['Operation'],
  security: [],
  responses: {
    200: {
      description: 'A page.',
      headers: REQUEST_ID,
      content: { 'text/html': { schema: z.string() } },
    },
    ...problems('internal_error'),
  },
})

export function addDocs(app: App, deps: AppDeps): void {
  const policy = stylePolicy(wholeStyle(DOCS_STYLE))
  let bytes: Promise<Uint8Array<ArrayBuffer>> | undefined
  const make = async () => {
    const document = buildDocument(app) as unknown as ShownDocument
    return new TextEncoder().encode(String(await docsPage(document)))
  }
  register(app, deps, route, 'open', async (c) => {
    // Its bytes, and the same for everybody: however many connections don't read them, they are in memory once.
    bytes ??= make() // mutant: C52.docs-page-cache
    c.header('Content-Security-Policy', policy)
    return c.body(await bytes, 200, { 'content-type': 'text/html; charset=UTF-8' }) as never
  })
}
