// For the person's browser: one verification by the view token of its start, which is all that a page may hold.
// It must not take an API key, nor send an action twice: nothing here stores its answer.

import type { Fetch } from './answer.ts'
import { browserSecret } from './browser-secret.ts'
import { createCall, hasText } from './calls.ts'
import { readEvents } from './event-stream.ts'
import { defaultFetch, readUrl, requireText } from './settings.ts'
import type { CallOptions, Result } from './types.ts'
import { type Api, toCamel } from './wire.ts'

export type { Fetch } from './answer.ts'
export type { Failure } from './outcome.ts'
export { CountersignError } from './outcome.ts'
export type { Reason } from './reasons.ts'
export type { CallOptions, Result } from './types.ts'

/** What the person may know, and do now. */
export type View = Api<'View'>
export type ViewResult = Result<{ view: View }>

export type ViewOptions = {
  /** Where the service is, as browsers reach it. Your origin must be one of the service's FRONT_ORIGINS. */
  url: string
  /** `viewToken` of the start. */
  token: string
  /** An API key in a browser is everybody's: it is thrown. */
  apiKey?: never
  timeoutMs?: number
  fetch?: Fetch
}

const TIMEOUT_MS = 15_000
const TOKEN = /^vt_[\w-]{20,200}$/

export class CountersignView {
  readonly #call: ReturnType<typeof createCall>
  readonly #open: (ending: AbortController) => ReturnType<Fetch>

  constructor(options: ViewOptions) {
    const { token, timeoutMs = TIMEOUT_MS, fetch = defaultFetch } = options
    if ('apiKey' in options)
      throw new TypeError(
        'Countersign: an API key must not reach a browser. Give the view token of a start.',
      )
    requireText(token, 'token')
    if (!TOKEN.test(token))
      throw new TypeError('Countersign: token must be the viewToken of a start')
    const url = `${readUrl(options.url)}/v/${token}`
    const headers = { 'countersign-browser': browserSecret(token) }
    this.#call = createCall({ url, headers, timeoutMs, fetch })
    this.#open = (ending) => {
      // Only until it answers: then it may last as long as it says something.
      const timer = setTimeout(() => ending.abort(), timeoutMs)
      const asked = { method: 'GET', headers, redirect: 'manual', signal: ending.signal } as const
      return fetch(`${url}/events`, asked).finally(() => clearTimeout(timer))
    }
  }

  /** As it is now. The first browser that asks is the only one: any other gets `mismatch`. */
  look(options?: CallOptions): Promise<ViewResult> {
    return this.#call(
      { method: 'GET', path: '.json', isAnswer: hasText('status') },
      options,
      toView,
    )
  }

  /** Only where the start said `actions`. Once `view.status` is `approved`, your server exchanges or consumes its proof. */
  check(code: string, options?: CallOptions): Promise<ViewResult> {
    if (typeof code !== 'string') throw new TypeError('Countersign: code must be a string')
    return this.#act('/check', { code }, options)
  }

  resend(options?: CallOptions): Promise<ViewResult> {
    return this.#act('/resend', {}, options)
  }

  next(options?: CallOptions): Promise<ViewResult> {
    return this.#act('/next', {}, options)
  }

  /** Each change as it happens, until the verification has ended, the stream breaks or `signal` is aborted: then look. */
  async follow(
    take: (view: View) => void,
    { signal }: { signal?: AbortSignal } = {},
  ): Promise<void> {
    const own = new AbortController()
    const end = () => own.abort(signal?.reason)
    signal?.addEventListener('abort', end)
    if (signal?.aborted) end()
    try {
      const response = await this.#open(own)
      if (response.status === 200)
        await readEvents(response, (text) => take(toCamel(JSON.parse(text)) as View))
    } finally {
      signal?.removeEventListener('abort', end)
    }
  }

  #act(path: string, fields: object, options?: CallOptions): Promise<ViewResult> {
    const isCheck = path === '/check'
    const request = { path, fields, isAnswer: hasText('status'), isCheck, once: true }
    return this.#call(request, options, toView)
  }
}

const toView = (body: unknown) => ({ view: body as View })
