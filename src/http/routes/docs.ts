// GET /docs: the document for people. Every problem's `type` leads here.
// It must not load anything from another host.

import { createRoute, z } from '@hono/zod-openapi'
import type { AppDeps } from '../deps.ts'
import { allowPage } from '../middleware/security-headers.ts'
import { buildDocument } from '../openapi-document.ts'
import { docsPage, type ShownDocument } from '../pages/docs-page.ts'
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
  let document: ShownDocument | undefined
  register(app, deps, route, 'open', (c) => {
    document ??= buildDocument(app) as unknown as ShownDocument
    return c.html(docsPage(document, allowPage(c)), 200)
  })
}
