// Carries out an example of the OpenAPI document, after those that it names: what an answer gave takes the place of the value
// that its example has there. It must not know any route.

import { setTimeout as sleep } from 'node:timers/promises'

// biome-ignore lint/suspicious/noExplicitAny: a JSON document is walked
type Json = any

export type Operation = {
  operationId: string
  path: string
  method: string
  scope: string | null
  parameters: { name: string; in: string; required?: boolean; example?: unknown; schema: Json }[]
  body: { example?: unknown; examples?: Record<string, { value: unknown }> } | undefined
  answers: Record<string, Json>
  after: readonly string[]
}

export function operationsOf(document: Json): Operation[] {
  return Object.entries<Json>(document.paths).flatMap(([path, methods]) =>
    Object.entries<Json>(methods).map(([method, operation]) => ({
      ...{ operationId: operation.operationId, path, method: method.toUpperCase() },
      scope: operation.security[0]?.apiKey[0] ?? null,
      parameters: operation.parameters ?? [],
      body: operation.requestBody?.content['application/json'],
      answers: operation.responses,
      after: operation['x-example-after'] ?? [],
    })),
  )
}

/** The status that a route is there for: what was made before what was found. */
export const mainStatus = ({ answers }: Operation): number =>
  201 in answers ? 201 : Number(Object.keys(answers).filter((status) => status < '300')[0])

/** A moment is never handed over. */
const isTime = (text: string) => /^\d{4}-\d\d-\d\dT/.test(text)

/** What the values of examples stand for. */
export type Known = Map<string, string>

/** @returns false where the answer contradicts what is known, or is not complete yet */
export function learn(example: Json, answer: Json, known: Known): boolean {
  if (typeof example === 'string' && typeof answer === 'string') {
    if (isTime(example) || example === answer) return true
    const before = known.get(example)
    known.set(example, before ?? answer)
    return before === undefined || before === answer
  }
  if (Array.isArray(example))
    return example.every((one, i) => {
      const isMissing = answer?.[i] === undefined && typeof one === 'object'
      return !isMissing && learn(one, answer?.[i], known)
    })
  if (typeof example !== 'object' || example === null) return true
  return Object.entries(example).every(([name, inner]) => learn(inner, answer?.[name], known))
}

/** Whole strings only. */
export function insert(example: Json, known: Known): Json {
  if (typeof example === 'string') return known.get(example) ?? example
  if (Array.isArray(example)) return example.map((one) => insert(one, known))
  if (typeof example !== 'object' || example === null) return example
  return Object.fromEntries(
    Object.entries(example).map(([name, one]) => [name, insert(one, known)]),
  )
}

export type Asked = { method: string; path: string; headers: Record<string, string>; body?: string }

/**
 * @param name of its body; null: the usual one
 * @param filter a parameter of the query beside those that are required
 */
export function requestOf(
  operation: Operation,
  known: Known,
  name: string | null = null,
  filter?: string,
): Asked {
  const { method, parameters, body } = operation
  const query = new URLSearchParams()
  const headers: Record<string, string> = { accept: 'application/json' }
  let { path } = operation
  for (const parameter of parameters) {
    const value = insert(parameter.example ?? parameter.schema.example, known)
    if (parameter.in === 'path') {
      if (value === undefined)
        throw new Error(`${operation.operationId}: ${parameter.name} has no example`)
      path = path.replace(`{${parameter.name}}`, encodeURIComponent(value))
    }
    // Under one key a repeated example would get the first answer again.
    if (parameter.in === 'header' && parameter.name !== 'Idempotency-Key')
      headers[parameter.name] = value
    if (parameter.in === 'query' && (parameter.required || parameter.name === filter))
      query.set(parameter.name, String(value))
  }
  const target = query.size === 0 ? path : `${path}?${query}`
  if (!body) return { method, path: target, headers }
  const example =
    name === null ? (body.example ?? body.examples?.usual?.value) : body.examples?.[name]?.value
  if (example === undefined)
    throw new Error(`${operation.operationId} has no example ${name ?? ''}`)
  headers['content-type'] = 'application/json'
  return { method, path: target, headers, body: JSON.stringify(insert(example, known)) }
}

const LOOK_MS = 20

/** Until `probe` gives something: a message or a webhook is on its way. */
export async function inTime<T>(
  milliseconds: number,
  probe: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const end = performance.now() + milliseconds
  for (;;) {
    const found = await probe()
    if (found !== undefined || performance.now() > end) return found
    await sleep(LOOK_MS)
  }
}
