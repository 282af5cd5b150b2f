// The answer to what never became a request: too slow, too large, not HTTP.
// It must not write into an answer that has begun.

import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Clock } from '../kernel/clock.ts'
import { ERRORS, type ErrorSlug } from '../kernel/errors.ts'
import { createId } from '../kernel/ids.ts'
import { PROBLEM_JSON, problemBody, refusal } from './problem.ts'

/** How long a refused peer may take to read the refusal. */
const BROKEN_SOCKET_MS = 1_000

/** What Node found wrong before there was a request. */
const SLUG_OF_CODE: Record<string, ErrorSlug> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
  HPE_HEADER_OVERFLOW: 'headers_too_large',
}

/** A whole HTTP/1.1 answer for a request that never became one. */
function rawProblem(error: ErrorSlug, nowMs: number): string {
  const { status, title } = ERRORS[error]
  const id = createId('req', nowMs)
  const body = JSON.stringify(problemBody(refusal(error, `${title}.`), id))
  return [
    `HTTP/1.1 ${status} ${title}`,
    `Content-Type: ${PROBLEM_JSON}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${id}`,
    'Cache-Control: no-store',
    'Connection: close',
    '',
    body,
  ].join('\r\n')
}

/** For `clientError`; `answering` holds what each socket is being answered. */
export function refuseBrokenRequest(clock: Clock, answering: WeakMap<Socket, ServerResponse>) {
  return (error: NodeJS.ErrnoException, socket: Socket) => {
    // An answer that has begun, and is not out, would be followed by garbage.
    const last = answering.get(socket)
    const begun = last?.headersSent === true && !last.writableFinished
    if (socket.writable && !begun && error.code !== 'ECONNRESET') {
      const slug = SLUG_OF_CODE[error.code ?? ''] ?? 'invalid_request'
      socket.end(rawProblem(slug, clock.now()))
      // A peer that never closes its side must not keep the socket.
      socket.setTimeout(BROKEN_SOCKET_MS, () => socket.destroy())
    } else {
      socket.destroy()
    }
  }
}
