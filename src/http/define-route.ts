// A route: its input and its answers, both validated and documented from here, and its handler.
// It must not leave anything out of the document: the registrar mounts nothing that is not defined here.

import type { RouteConfig, RouteHandler } from '@hono/zod-openapi'
import { type ZodObject, type ZodString, type ZodType, z } from 'zod'
import type { ErrorSlug } from '../kernel/errors.ts'
import type { AppContext, AppEnv, MaybeAnswer } from './deps.ts'
import { type Requirement, scopesOf } from './middleware/auth.ts'
import {
  type HeaderDocs,
  KEYED,
  problems,
  REPLAYED,
  REQUEST_ID,
  WITH_BODY,
} from './schemas/documented.ts'
import { IdempotencyHeaders } from './schemas/requests.ts'

/**
 * `text`: the media type of a text, in place of JSON or (by the Accept header) in addition to it. `lines`: of each line
 * of an answer in JSON Lines.
 */
type AnswerDocs = {
  description: string
  json?: ZodType
  text?: 'text/html' | 'text/plain' | 'text/markdown' | 'text/event-stream' | 'text/csv'
  lines?: ZodType
  /** An example of `text`, or how it begins. */
  shows?: string
  headers?: HeaderDocs
}
type Answers = { readonly [status in 200 | 201 | 204 | 304 | 503]?: AnswerDocs }

export type Definition = {
  method: 'get' | 'post' | 'delete'
  /** As in the OpenAPI document: `/verify/{id}`. */
  path: string
  id: string
  summary: string
  description?: string
  tag:
    | 'Verifications'
    | 'Factors'
    | 'Approvals'
    | 'Operation'
    | 'Event log'
    | 'People'
    | 'Webhooks'
    | 'Keys'
    | 'Lists'
    | 'Front door'
  needs: Requirement | 'nothing'
  params?: ZodObject
  query?: ZodObject
  /** For the document alone: a header that the handler reads itself. */
  headers?: ZodObject
  body?: ZodType
  /** Bodies beside the one that is made from the schema (`usual`), by name. */
  examples?: Readonly<Record<string, object>>
  /**
   * Examples that come before this route's own, in order: `startVerification`, or `startVerification#chain`. What its own holds
   * of their answers (an id, a token, a code) stands for what was answered; test/e2e/api-examples.test.ts carries them out.
   */
  after?: readonly string[]
  /** A missing body counts as an empty object. */
  optionalBody?: ZodType
  /** The treatment of an Idempotency-Key: the answer is stored under it, or there is nothing to store. */
  key?: 'stored' | 'ignored'
  answers: Answers
  /** In addition to those of every route with a key, or with a body. */
  problems?: readonly ErrorSlug[]
}

type Read<D, Part extends string> =
  D extends Record<Part, infer Schema extends ZodType> ? z.output<Schema> : undefined

/** The parts of a request, validated. `key`: the Idempotency-Key. */
export type Input<D = unknown> = {
  params: Read<D, 'params'>
  query: Read<D, 'query'>
  body: D extends { optionalBody: ZodType } ? Read<D, 'optionalBody'> : Read<D, 'body'>
  key: string | null
}

type Content<A> = (A extends { json: infer Schema }
  ? { 'application/json': { schema: Schema } }
  : unknown) &
  (A extends { text: infer Type extends string } ? Record<Type, { schema: ZodString }> : unknown)
type Responses<A> = {
  [S in keyof A]: A[S] extends { json: unknown } | { text: unknown }
    ? { description: string; content: Content<A[S]> }
    : { description: string }
}
type Answered<A> = ReturnType<
  RouteHandler<
    { method: 'get'; path: string; responses: Responses<A> & RouteConfig['responses'] },
    AppEnv
  >
>

export type Route<Deps> = {
  config: RouteConfig
  needs: Requirement | 'nothing'
  enter: Enter<Deps> | undefined
  answer(c: AppContext, input: Input, deps: Deps): Response | Promise<Response>
}

/** Whoever has no key shows something else, before any of the body is read. A refusal ends the request. */
type Enter<Deps> = (c: AppContext, deps: Deps) => Promise<MaybeAnswer>

function describeAnswers({ answers, key }: Definition): RouteConfig['responses'] {
  const replayed = key === 'stored' ? REPLAYED : {}
  return Object.fromEntries(
    Object.entries(answers).map(([status, { description, headers, json, text, lines, shows }]) => {
      const content = {
        ...(json && { 'application/json': { schema: json } }),
        ...(lines && { 'application/jsonl': { schema: lines } }),
        ...(text && { [text]: { schema: z.string(), ...(shows && { example: shows }) } }),
      }
      const all = { ...REQUEST_ID, ...headers, ...(status === '204' ? {} : replayed) }
      return [status, { description, headers: all, ...((json ?? text) && { content }) }]
    }),
  )
}

const named = (examples: Readonly<Record<string, object>>) =>
  Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }]))

function toConfig(definition: Definition): RouteConfig {
  const { method, path, id, summary, description, tag, needs, params, query, key } = definition
  const { body, optionalBody, headers, examples, after } = definition
  const schema = body ?? optionalBody
  const usual = needs === 'nothing' ? (['internal_error'] as const) : schema ? WITH_BODY : KEYED
  const reused = key === 'stored' ? (['idempotency_key_reused'] as const) : []
  return {
    method,
    path,
    operationId: id,
    summary,
    ...(description && { description }),
    tags: [tag],
    // OpenAPI 3.1 names what a key must allow here, whatever the scheme.
    security: needs === 'nothing' ? [] : scopesOf(needs).map((scope) => ({ apiKey: [scope] })),
    ...(after && { 'x-example-after': after }),
    request: {
      ...(params && { params }),
      ...(query && { query }),
      ...((key ?? headers) && { headers: key ? IdempotencyHeaders : headers }),
      ...(schema && {
        body: {
          required: body !== undefined,
          content: {
            'application/json': { schema, ...(examples && { examples: named(examples) }) },
          },
        },
      }),
    },
    responses: {
      ...problems(...usual, ...(definition.problems ?? []), ...reused),
      ...describeAnswers(definition),
    },
  }
}

/** The compiler checks answers against their schemas; the tests check them against the document. */
export function defineRoute<const D extends Definition, Deps>(
  definition: D,
  handler: (c: AppContext, input: Input<D>, deps: Deps) => Answered<D['answers']>,
  enter?: Enter<Deps>,
): Route<Deps> {
  return {
    config: toConfig(definition),
    needs: definition.needs,
    enter,
    answer: handler as unknown as Route<Deps>['answer'],
  }
}
