// The OpenAPI document as far as it is described and shown: its schemas, and an example of each.
// It must not know a route.

export type Schema = {
  $ref?: string
  type?: string | string[]
  enum?: readonly unknown[]
  const?: unknown
  format?: string
  pattern?: string
  description?: string
  default?: unknown
  example?: unknown
  minLength?: number
  maxLength?: number
  minimum?: number
  maximum?: number
  maxProperties?: number
  items?: Schema
  anyOf?: readonly Schema[]
  properties?: Record<string, Schema>
  required?: readonly string[]
  additionalProperties?: boolean | Schema
}
type Content = Record<string, { schema: Schema; example?: unknown; examples?: unknown }>
export type Operation = {
  operationId?: string
  summary?: string
  description?: string
  security?: readonly unknown[]
  parameters?: readonly {
    name: string
    in: string
    description?: string
    required?: boolean
    example?: unknown
    schema: Schema
  }[]
  requestBody?: { content: Content }
  responses: Record<
    string,
    { description: string; headers?: Record<string, { description?: string }>; content?: Content }
  >
}
export type ShownDocument = {
  info: { description?: string }
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Schema> }
}

export const nameOf = (schema: Schema): string | undefined => schema.$ref?.split('/').at(-1)

export function resolve(document: ShownDocument, schema: Schema): Schema {
  const name = nameOf(schema)
  return (name && document.components.schemas[name]) || schema
}

/** Without `null`, which says that the field may be empty. */
export const typesOf = (schema: Schema): string[] =>
  [schema.type ?? []].flat().filter((type) => type !== 'null')

/** @param only of an object: the fields to show; undefined: all */
export function exampleOf(
  document: ShownDocument,
  given: Schema,
  only?: readonly string[],
): unknown {
  const schema = resolve(document, given)
  for (const known of ['example', 'default', 'const'] as const)
    if (schema[known] !== undefined) return schema[known]
  if (schema.enum) return schema.enum[0]
  const [choice] = schema.anyOf ?? []
  if (choice) return exampleOf(document, choice)
  switch (typesOf(schema)[0]) {
    case 'object': {
      const shown = Object.entries(schema.properties ?? {}).filter(
        ([name]) => only?.includes(name) ?? true,
      )
      return Object.fromEntries(shown.map(([name, field]) => [name, exampleOf(document, field)]))
    }
    case 'array':
      return schema.items ? [exampleOf(document, schema.items)] : []
    case 'boolean':
      return true
    case 'integer':
    case 'number':
      return schema.minimum ?? 0
    default:
      return ''
  }
}
