// Reads a JSON body: bounded, UTF-8, flat, without what changes an object's prototype.
// It must not read on past the limit, nor repeat any of the body in an answer.

import type { IncomingMessage } from 'node:http'
import type { FieldError, Refusal } from '../../verification/api.ts'
import type { AppDeps, Step } from '../deps.ts'
import { RequestAbortedError, refusal } from '../problem.ts'
import { refuse } from '../refuse.ts'

/** The largest sensible body (ten metadata pairs of the longest kind) is under 4 KiB. */
const MAX_BODY_BYTES = 16 * 1024
/** Our bodies are two levels deep; code further on may recurse. */
const MAX_DEPTH = 8

const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json$/i
const CHARSET = /^charset\s*=\s*"?(?<charset>[^"\s]+)"?$/i

function isJsonInUtf8(contentType: string | undefined): boolean {
  const [type = '', ...parameters] = (contentType ?? '').split(';').map((part) => part.trim())
  if (!JSON_TYPE.test(type)) return false
  return parameters.every((parameter) => {
    const charset = CHARSET.exec(parameter)?.groups?.charset?.toLowerCase()
    return charset === undefined || charset === 'utf-8' || charset === 'utf8'
  })
}

/** Undefined: more than `maxBytes`. The server drains or cuts off what is left unread. */
export function readBytes(
  incoming: IncomingMessage,
  maxBytes = MAX_BODY_BYTES,
): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    // One buffer: a body may arrive in as many pieces as it has bytes, and 200 such bodies took a gigabyte.
    let read: Buffer = Buffer.alloc(0)
    let length = 0
    const stop = () => {
      incoming.off('data', onData).off('end', onEnd).off('error', onGone).off('close', onGone)
    }
    const onData = (chunk: Buffer) => {
      const end = length + chunk.length
      if (end > maxBytes) {
        stop()
        incoming.pause()
        return resolve(undefined)
      }
      // Nearly always this is the whole body.
      // mutant: C52.partial-body-waits
      if (length === 0 && incoming.complete && incoming.readableLength === 0) read = chunk
      else {
        if (end > read.length) read = Buffer.concat([read], Math.max(end, 2 * read.length))
        chunk.copy(read, length) // mutant: C52.body-coalesced
      }
      length = end
    }
    const onEnd = () => {
      stop()
      resolve(read.subarray(0, length))
    }
    const onGone = () => {
      stop()
      reject(new RequestAbortedError('the request body was cut off'))
    }
    if (incoming.destroyed && !incoming.readableEnded) return onGone()
    incoming.on('data', onData).on('end', onEnd).on('error', onGone).on('close', onGone)
  })
}

/** Faults that no schema would notice: prototypes, lone surrogates, depth. */
function findFault(value: unknown, path: string, depth: number): FieldError | undefined {
  if (typeof value === 'string')
    return value.isWellFormed() ? undefined : { field: path, detail: 'must be valid Unicode' }
  if (typeof value !== 'object' || value === null) return undefined
  if (depth > MAX_DEPTH) return { field: path, detail: 'is nested too deeply' }
  for (const [key, inner] of Object.entries(value)) {
    const field = path === '' ? key : `${path}.${key}`
    if (key === '__proto__' || !key.isWellFormed())
      return { field: field.toWellFormed(), detail: 'is not a known field' }
    const fault = findFault(inner, field, depth + 1)
    if (fault) return fault
  }
  return undefined
}

function invalid(detail: string, errors?: FieldError[]): Refusal {
  return refusal('invalid_request', detail, errors ? { errors } : {})
}

const UTF8 = new TextDecoder('utf-8', { fatal: true })

function parseBody(bytes: Buffer): { body: unknown } | Refusal {
  let body: unknown
  try {
    body = JSON.parse(UTF8.decode(bytes))
  } catch {
    return invalid('The body is not valid JSON in UTF-8.')
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return invalid('The body must be a JSON object.')
  const fault = findFault(body, '', 1)
  return fault ? invalid('The request is not valid.', [fault]) : { body }
}

/** @param optional a missing body counts as an empty object */
export async function readBody(
  incoming: IncomingMessage,
  optional: boolean,
): Promise<{ body: unknown } | Refusal> {
  const { headers } = incoming
  const length = Number(headers['content-length'] ?? 0)
  if (optional && length === 0 && headers['transfer-encoding'] === undefined) return { body: {} }
  if (!isJsonInUtf8(headers['content-type']))
    return refusal('unsupported_media_type', 'Send JSON in UTF-8: Content-Type: application/json.')
  if ((headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity')
    return refusal('unsupported_media_type', 'Send the body without Content-Encoding.')
  const bytes = length > MAX_BODY_BYTES ? undefined : await readBytes(incoming)
  if (!bytes)
    return refusal('payload_too_large', `A body may have at most ${MAX_BODY_BYTES / 1024} KiB.`)
  return parseBody(bytes)
}

/** @param options `optional`: a missing body counts as an empty object */
export function jsonBody(deps: AppDeps, options: { optional: boolean }): Step {
  return async (c) => {
    const read = await readBody(c.env.incoming, options.optional)
    if ('kind' in read) return refuse(c, deps, read)
    c.set('body', read.body)
    return undefined
  }
}
