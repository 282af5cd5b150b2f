// What the run writes down while it goes on: each request with its answer, or that none came. The checker reads it.
// It must not judge: an odd answer is written down like any other.

import { API_KEY } from '../e2e/service-process.ts'

export type Route = 'start' | 'check' | 'resend' | 'next' | 'cancel'

/** `unknown`: the connection broke, or the caller gave up waiting. It may have had its effect. */
export type Outcome =
  | {
      kind: 'answered'
      status: number
      retryAfter: string | null
      isReplayed: boolean
      // biome-ignore lint/suspicious/noExplicitAny: the checker reads what the wire says
      body: any
    }
  | { kind: 'unknown'; why: string }

export type Asked = {
  /** One request as its caller means it: its repetitions under one Idempotency-Key share the name. */
  logical: string
  hasKey: boolean
  route: Route
  /** Of the path or the body; null at a start. */
  verification: string | null
  /** At a check. */
  code: string | null
  /** At a start. */
  session: string | null
  node: number
  /** Milliseconds since the epoch. */
  began: number
  ended: number
  outcome: Outcome
}

export type Question = Pick<Asked, 'logical' | 'hasKey' | 'route' | 'node'> & {
  path: string
  body: Record<string, unknown>
  verification?: string
  patienceMs: number
}

const text = (value: unknown) => (typeof value === 'string' ? value : null)

async function send(url: string, question: Question): Promise<Outcome> {
  const { logical, hasKey, path, body, patienceMs } = question
  try {
    const response = await fetch(url + path, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${API_KEY}`,
        'content-type': 'application/json',
        ...(hasKey && { 'idempotency-key': logical }),
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(patienceMs),
    })
    const { status, headers } = response
    const isReplayed = headers.get('idempotency-replayed') === 'true'
    const retryAfter = headers.get('retry-after')
    return { kind: 'answered', status, retryAfter, isReplayed, body: await response.json() }
  } catch (error) {
    const { name, cause } = error as Error & { cause?: { code?: string } }
    return { kind: 'unknown', why: cause?.code ?? name }
  }
}

export type History = {
  readonly asked: readonly Asked[]
  ask(question: Question): Promise<Outcome>
}

/** @param urlOf where a node listens, whether or not it is up */
export function createHistory(urlOf: (node: number) => string): History {
  const asked: Asked[] = []
  return {
    asked,
    async ask(question) {
      const { logical, hasKey, route, node, body } = question
      const began = Date.now()
      const outcome = await send(urlOf(node), question)
      asked.push({
        ...{ logical, hasKey, route, node, began, ended: Date.now(), outcome },
        verification: question.verification ?? null,
        code: route === 'check' ? text(body.code) : null,
        session: route === 'start' ? text(body.session) : null,
      })
      return outcome
    },
  }
}
