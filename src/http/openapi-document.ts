// The OpenAPI 3.1 document: made from the schemas that validate, with a meaning and an example for every field.
// It must not be edited by hand: what is missing here is missing at a route, or in field-words.ts.

import { EXAMPLE_FIELDS, FIELD_WORDS } from './field-words.ts'
import type { App } from './register.ts'
import { timeField } from './schemas/answers.ts'

const DESCRIPTION = `A login flow asks Countersign to prove that a person holds a phone number, a mailbox, an authenticator app or a recovery code.

Every error is a problem (RFC 9457); its \`error\` is stable. An address that does not exist is 404 \`not_found\`,
another method on one that does is 405 \`method_not_allowed\` with \`Allow\`; headers over 16 KiB, or more than 100 of them, are 431.
Changes only add.

Every example is carried out by a test, in the order of this document, without its Idempotency-Key where it is repeated. Where a call needs what another one answered,
\`x-example-after\` names the examples that come before: an id, a token or a code in an example stands for the one that was answered.`

export type OpenApiDocument = ReturnType<App['getOpenAPI31Document']>

/** The description that every time field has, and that adds nothing. */
const ANY_TIME = timeField.meta()?.description

/** Fills in what the schema itself leaves out. */
function describe(owner: string, schema: Schema): void {
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    // A referenced schema is described at its own place.
    if (field.$ref) continue
    const words = { ...FIELD_WORDS[name], ...FIELD_WORDS[`${owner}.${name}`] }
    const isBare = field.description === undefined || field.description === ANY_TIME
    if (isBare && words.description !== undefined) field.description = words.description // mutant: C43.field-descriptions
    const isTime = field.format === 'date-time'
    const hasExample = field.example !== undefined && !isTime
    if (words.example !== undefined && !hasExample && needsExample(field))
      field.example = words.example
    describe(name, field)
    if (field.items) describe(name, field.items)
  }
}

/** Otherwise its values, its fields or its default are the example. */
const needsExample = ({ properties, items, anyOf, ...field }: Schema) =>
  !(properties ?? items ?? anyOf ?? field.enum ?? field.default ?? field.const)

function requestExample(document: ShownDocument, schema: Schema): unknown {
  const name = nameOf(schema) ?? ''
  const { required = [] } = document.components.schemas[name] ?? schema
  return exampleOf(document, schema, EXAMPLE_FIELDS[name] ?? required)
}

/** Problems have an example for each error already. */
function addExamples(document: ShownDocument, operation: Operation): void {
  for (const parameter of operation.parameters ?? []) {
    const { description } = FIELD_WORDS[parameter.name] ?? {}
    if (!parameter.schema.description && description) parameter.description ??= description
  }
  const body = operation.requestBody?.content['application/json']
  if (body) {
    const usual = requestExample(document, body.schema)
    // OpenAPI has one or several, never both.
    if (body.examples) body.examples = { usual: { value: usual }, ...body.examples }
    else body.example ??= usual
  }
  for (const { content } of Object.values(operation.responses)) {
    const line = content?.['application/jsonl']
    if (line) line.example ??= exampleOf(document, line.schema)
    const json = content?.['application/json']
    if (json && !json.examples) json.example ??= exampleOf(document, json.schema) // mutant: C43.openapi-examples
  }
}

function complete(bare: OpenApiDocument): OpenApiDocument {
  // A copy: the schemas are shared with the validators.
  const document = JSON.parse(JSON.stringify(bare)) as ShownDocument
  for (const [name, schema] of Object.entries(document.components.schemas)) describe(name, schema)
  for (const operations of [
    ...Object.values(document.paths),
    ...Object.values(document.webhooks ?? {}),
  ])
    for (const operation of Object.values(operations)) addExamples(document, operation)
  return document as unknown as OpenApiDocument
}

export function buildDocument(app: App): OpenApiDocument {
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Countersign',
      version: '1.0.0',
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    servers: [{ url: '/', description: 'This service.' }],
    tags: [
      { name: 'Verifications', description: 'Start, check, resend, look up, cancel.' },
      {
        name: 'Front door',
        description: 'What a browser may see and do by a view token, without an API key.',
      },
      { name: 'Factors', description: 'Authenticator apps and recovery codes.' },
      {
        name: 'Approvals',
        description:
          'Proof of a verification: exchanged, consumed, or verified offline by its keys.',
      },
      { name: 'Operation', description: 'Health, readiness and these pages.' },
      { name: 'Event log', description: 'What happened, newest first; for admins.' },
      { name: 'People', description: 'Everything about one recipient or subject; for admins.' },
      { name: 'Lists', description: 'What starts are blocked or let through; for admins.' },
      { name: 'Keys', description: 'API keys: made, listed and revoked; for admins.' },
      { name: 'Webhooks', description: 'What is sent to your URLs, and what became of it.' },
    ],
  })
  return complete(document)
}

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
  allOf?: readonly Schema[]
  anyOf?: readonly Schema[]
  oneOf?: readonly Schema[]
  properties?: Record<string, Schema>
  required?: readonly string[]
  additionalProperties?: boolean | Schema
}
type Examples = Record<string, { value: unknown }>
type Content = Record<string, { schema: Schema; example?: unknown; examples?: Examples }>
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
  webhooks?: Record<string, Record<string, Operation>>
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
function exampleOf(document: ShownDocument, given: Schema, only?: readonly string[]): unknown {
  const schema = resolve(document, given)
  for (const known of ['example', 'default', 'const'] as const)
    if (schema[known] !== undefined) return schema[known]
  if (schema.enum) return schema.enum[0]
  if (schema.allOf)
    return Object.assign({}, ...schema.allOf.map((part) => exampleOf(document, part)))
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
