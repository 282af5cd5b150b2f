// The client's types, from the OpenAPI document: of what a login flow calls, and nothing of the console's API.
// It must not add anything by hand: the thin layer in packages/client does.

import openapiTS, { astToString } from 'openapi-typescript'

export const CLIENT_TYPES = 'packages/client/src/api.ts'

/** What a key with the scope `verify`, a view token or nobody's key may call. */
const CALLED = /^\/(verify|factors|approvals|v)\//

type Json = { [name: string]: Json } | Json[] | string | number | boolean | null | undefined
type Schemas = { [name: string]: Json }

/** Without `oneOf` over which fields are required: a type of every combination, and the service says it in words. */
function simplified(value: Json): Json {
  if (Array.isArray(value)) return value.map(simplified)
  if (value === null || typeof value !== 'object') return value
  const { oneOf, ...rest } = value
  const isOfFields =
    Array.isArray(oneOf) && oneOf.every((one) => Object.keys(one ?? {}).join() === 'required')
  return Object.fromEntries(
    Object.entries(isOfFields ? rest : value).map(([name, inner]) => [name, simplified(inner)]),
  )
}

/** Every schema that is named in `value`, or in one of those. */
function take(value: Json, schemas: Schemas, taken: Schemas): Schemas {
  for (const [, name = ''] of JSON.stringify(value ?? null).matchAll(
    /"#\/components\/schemas\/([^"]+)"/g,
  )) {
    if (name in taken) continue
    taken[name] = schemas[name]
    take(schemas[name], schemas, taken)
  }
  return taken
}

/** @param document as the service gives it */
export async function clientTypes(document: object): Promise<string> {
  const { openapi, info, paths, webhooks, components } = structuredClone(document) as Record<
    string,
    Json
  > & {
    paths: Schemas
    components: { schemas: Schemas }
  }
  const called = Object.entries(paths).filter(([path]) => CALLED.test(`${path}/`))
  const schemas = take([Object.fromEntries(called), webhooks], components.schemas, {})
  const sorted = Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1)))
  const reduced = { openapi, info, paths: {}, components: { schemas: simplified(sorted) } }
  const nodes = await openapiTS(JSON.stringify(reduced), { defaultNonNullable: false })
  const source = astToString(nodes)
  const begin = source.indexOf('export interface components')
  return `// Generated from ${'docs/openapi.json'} by npm run generate: do not edit.\n\n${source.slice(begin, source.indexOf('\n}', begin) + 3)}`
}
