// GET /openapi.json: the document, made once when it is first asked for.
// It must not differ between callers: it holds nothing of a service.

import { createRoute, z } from '@hono/zod-openapi'
import type { AppDeps } from '../deps.ts'
import { buildDocument } from '../openapi-document.ts'
import { type App, register } from '../register.ts'
import { problems, REQUEST_ID } from '../schemas/documented.ts'

const route = createRoute({
  method: 'get',
  path: '/openapi.json',
  operationId: 'getOpenApiDocument',
  summary: 'This document',
  tags: ['Operation'],
  security: [],
  responses: {
    200: {
      description: 'OpenAPI 3.1.',
      headers: REQUEST_ID,
      content: { 'application/json': { schema: z.object({ openapi: z.string() }) } },
    },
    ...problems('internal_error'),
  },
})

export function addOpenApi(app: App, deps: AppDeps): void {
  let bytes: Uint8Array<ArrayBuffer> | undefined
  register(app, deps, route, 'open', (c) => {
    // Its bytes, too: a quarter of a megabyte for everybody who asks, and nobody needs a key to ask.
    bytes ??= new TextEncoder().encode(JSON.stringify(buildDocument(app)))
    return c.body(bytes, 200, { 'content-type': 'application/json' }) as never
  })
}
