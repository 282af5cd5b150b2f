// What came back, read within bounds: an answer of this API, or silence, whatever a proxy may have said.
// It must not take anything for a success but what the caller recognises as one.

import type { Problem } from './wire.ts'

/** The part of `fetch` that is used: any implementation of it fits. */
export type Fetch = (
  url: string,
  init: {
    method: string
    headers: Record<string, string>
    body?: string
    redirect: 'manual'
    signal: AbortSignal
  },
) => Promise<{
  readonly status: number
  readonly headers: { get(name: string): string | null }
  readonly body: unknown
  text(): Promise<string>
}>

/** `no_answer`: nothing came that this service answers with. Only the client says that. */
export type ProblemOrSilence = Problem | (Omit<Problem, 'error'> & { error: 'no_answer' })

export type IsAnswer = (body: Readonly<Record<string, unknown>>) => boolean

export type Asked = {
  /** An earlier try got no answer, and may still have had its effect. */
  isUncertain: boolean
  retryAfterSeconds: number | undefined
} & (
  | { ok: true; body: Record<string, unknown>; replayed: boolean; status: number }
  | { ok: false; problem: ProblemOrSilence }
)

/** A page of a hundred verifications is under 200 KB. */
const MAX_ANSWER_BYTES = 1024 * 1024

/** Nothing came that Countersign answers with. */
export class Silence extends Error {
  readonly status: number
  readonly retryAfterSeconds: number | undefined
  /** False where the request surely reached nobody. */
  readonly mayHaveArrived: boolean
  constructor(
    message: string,
    {
      status = 0,
      retryAfterSeconds,
      mayHaveArrived = true,
    }: { status?: number; retryAfterSeconds?: number | undefined; mayHaveArrived?: boolean } = {},
  ) {
    super(message)
    this.status = status
    this.retryAfterSeconds = retryAfterSeconds
    this.mayHaveArrived = mayHaveArrived
  }
}

/** A redirect, which is not followed: it would take the API key, and the code, to another place. */
export class RedirectError extends Error {}

type HttpAnswer = Awaited<ReturnType<Fetch>>

/** RFC 9110 §10.2.3: seconds, or a date. */
function retryAfterOf({ headers }: HttpAnswer): number | undefined {
  const text = headers.get('retry-after')
  if (!text) return undefined
  const seconds = /^\d+$/.test(text)
    ? Number(text)
    : Math.ceil((Date.parse(text) - Date.now()) / 1000)
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined
}

/** @throws Silence past the bound; whatever the connection throws */
export async function readBounded(response: HttpAnswer): Promise<string> {
  const body = response.body as { getReader?(): ReadableStreamDefaultReader<Uint8Array> } | null
  if (!body?.getReader) return response.text()
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  for (let bytes = 0; ; ) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    bytes += value.byteLength
    if (bytes > MAX_ANSWER_BYTES) {
      reader.cancel().catch(() => {})
      throw new Silence(`the answer is over ${MAX_ANSWER_BYTES} bytes`)
    }
    text += decoder.decode(value, { stream: true })
  }
}

function isProblem(body: Record<string, unknown>): body is Problem {
  return typeof body.error === 'string' && typeof body.status === 'number'
}

/** @param isAnswer whether a body is one of this route: a proxy says 200, too. @throws Silence, RedirectError */
export async function readAnswer(response: HttpAnswer, isAnswer: IsAnswer): Promise<Asked> {
  const { status, headers } = response
  const retryAfterSeconds = retryAfterOf(response)
  const isUncertain = false
  if (status === 204)
    return { ok: true, body: {}, replayed: false, status, isUncertain, retryAfterSeconds }
  if (status === 301 || status === 308)
    throw new RedirectError(
      `answered ${status}: a redirect is not followed. Give the address that it leads to as url.`,
    )
  const type = headers.get('content-type')?.split(';')[0] ?? 'no content type'
  const silence = (what: string) =>
    new Silence(`answered ${status} with ${what}`, { status, retryAfterSeconds })
  if (!/^application\/(problem\+)?json$/i.test(type)) throw silence(type)
  const text = await readBounded(response)
  let body: Record<string, unknown>
  try {
    body = Object(JSON.parse(text))
  } catch {
    throw silence('JSON that is cut off')
  }
  if (status >= 200 && status < 300 && isAnswer(body))
    return {
      ok: true,
      body,
      replayed: headers.get('idempotency-replayed') === 'true',
      status,
      isUncertain,
      retryAfterSeconds,
    }
  if (status >= 400 && isProblem(body))
    return {
      ok: false,
      problem: body,
      isUncertain,
      retryAfterSeconds: body.retry_after_seconds ?? retryAfterSeconds,
    }
  throw silence('JSON that is not an answer of Countersign')
}

/** Node's, Bun's and Deno's names for a connection that was never made. */
const NEVER_CONNECTED = /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ConnectionRefused/

export function toSilence(error: unknown): Silence {
  if (error instanceof Silence) return error
  const { code, cause } = error as { code?: unknown; cause?: { code?: unknown } }
  const name = String(cause?.code ?? code ?? (error as Error)?.name ?? 'unknown')
  return new Silence(`the connection failed: ${name}`, {
    mayHaveArrived: !NEVER_CONNECTED.test(name),
  })
}
