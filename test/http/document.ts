// Holds answers against the OpenAPI document as it is served, independent of the schemas in the source:
// status, content type, headers, and the body without a field that is not documented.

import { z } from 'zod'

// biome-ignore lint/suspicious/noExplicitAny: a JSON document is walked
type Json = any

/** What tests look at in the document: a part of it. */
export type DocumentedField = {
  $ref?: string
  type?: string | string[]
  description?: string
  properties?: Record<string, DocumentedField>
  items?: DocumentedField
}
type Body = { content?: Record<string, { schema: DocumentedField; example?: unknown }> }
export type DocumentedOperation = {
  operationId: string
  parameters?: { name: string; description?: string; schema: DocumentedField }[]
  requestBody?: Body
  responses: Record<string, Body & { headers?: Record<string, unknown> }>
}

/** Open objects are closed: what the document does not name is not answered. */
function close(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(close)
  if (typeof schema !== 'object' || schema === null) return schema
  const closed = Object.fromEntries(
    Object.entries(schema)
      .filter(([name]) => !['description', 'example', 'examples', 'default'].includes(name))
      .map(([name, value]) => [
        name,
        name === '$ref' ? String(value).replace('#/components/schemas/', '#/$defs/') : close(value),
      ]),
  )
  if (closed.properties && closed.additionalProperties === undefined)
    closed.additionalProperties = false
  return closed
}

export type Documented = {
  document: Json
  /** What is wrong with the answer; undefined: as documented. */
  fault(method: string, path: string, answer: Response, body: string): string | undefined
}

function operationOf(document: Json, method: string, path: string): Json {
  // However the path was spelt: what the server makes of it.
  const segments = decodeURI(new URL(path, 'http://x').pathname).split('/')
  const exact = document.paths[segments.join('/')]
  if (exact) return exact[method.toLowerCase()]
  for (const [pattern, operations] of Object.entries<Json>(document.paths)) {
    const parts = pattern.split('/')
    const fits = parts.every((part, i) => part.startsWith('{') || part === segments[i])
    if (parts.length === segments.length && fits) return operations[method.toLowerCase()]
  }
  return undefined
}

export async function fetchDocument(url: string): Promise<Documented> {
  const document: Json = await (await fetch(`${url}/openapi.json`)).json()
  const $defs = close(document.components.schemas)
  const validators = new WeakMap<Json, z.ZodType>()
  /** Made once for each answer of the document: most are looked at again and again. */
  const validatorOf = (content: Json): z.ZodType => {
    const made = validators.get(content) ?? z.fromJSONSchema({ ...close(content.schema), $defs })
    validators.set(content, made)
    return made
  }
  return {
    document,
    fault(method, path, answer, body) {
      const operation = operationOf(document, method, path)
      // What is not there is told in the description: 404, and 405 with Allow.
      if (!operation) return [404, 405].includes(answer.status) ? undefined : 'no such operation'
      const described = operation.responses[answer.status]
      if (!described) return `status ${answer.status} is not documented`
      for (const name of Object.keys(described.headers ?? {}))
        if (['X-Request-Id', 'Retry-After', 'WWW-Authenticate', 'Location'].includes(name))
          if (!answer.headers.has(name)) return `the header ${name} is missing`
      if (!described.content) return body === '' ? undefined : 'a body is not documented'
      const type = answer.headers.get('content-type')?.split(';')[0] ?? ''
      const content = described.content?.[type]
      if (!content) return `the content type ${type} is not documented`
      if (!type.endsWith('json') || path === '/openapi.json') return undefined
      const result = validatorOf(content).safeParse(JSON.parse(body))
      if (!result.success) return z.prettifyError(result.error)
      const { examples } = content
      const slug = JSON.parse(body).error
      if (examples && slug && !examples[slug]) return `the error ${slug} is not documented`
      return undefined
    },
  }
}

/** What is wrong with a body that was sent to a webhook; undefined: it is as documented. */
export function createWebhookCheck(document: Json) {
  const $defs = close(document.components.schemas)
  return (type: string, body: unknown): string | undefined => {
    const { schema } = document.webhooks[type].post.requestBody.content['application/json']
    const result = z.fromJSONSchema({ ...close(schema), $defs }).safeParse(body)
    return result.success ? undefined : z.prettifyError(result.error)
  }
}
