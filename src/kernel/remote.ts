// Calls into another thread: arguments and results are copied as plain data (structured clone), errors with their class.
// It must not wait for ever, nor queue without a bound.

import type { MessagePort } from 'node:worker_threads'
import { InvalidCursorError, StartupError, StoreUnavailableError } from './errors.ts'

/** As with PostgreSQL (storage/postgres/pool.ts): past this the caller gets its 503. */
const DEADLINE_MS = 5_000
const LOOK_EVERY_MS = 500
/** Memory is bounded while the other thread stands still. */
const MAX_OPEN = 4_000
/** Of an error's causes. */
const MAX_CAUSES = 4

type Request = { id: number; target: string; method: string; args: unknown[] }
export type PlainError = {
  kind: keyof typeof KINDS
  message: string
  stack: string | undefined
  code: unknown
  cause: PlainError | undefined
}
type Reply = { id: number; value?: unknown; error?: PlainError }

const KINDS = { StoreUnavailableError, InvalidCursorError, StartupError, Error }

export function toPlainError(error: unknown, causes = MAX_CAUSES): PlainError {
  if (!(error instanceof Error))
    return { kind: 'Error', message: 'not an error', stack: '', code: undefined, cause: undefined }
  const names = Object.keys(KINDS) as (keyof typeof KINDS)[]
  const { message, stack, cause, code } = error as Error & { code?: unknown }
  return {
    kind: names.find((name) => error instanceof KINDS[name]) ?? 'Error',
    message,
    stack,
    code: typeof code === 'string' ? code : undefined,
    cause: cause === undefined || causes === 0 ? undefined : toPlainError(cause, causes - 1),
  }
}

export function toError({ kind, message, stack, code, cause }: PlainError): Error {
  const error = new KINDS[kind](message, cause && { cause: toError(cause) })
  return Object.assign(error, stack !== undefined && { stack }, code !== undefined && { code })
}

/**
 * Copies what is a view into a larger buffer: a clone takes the whole buffer along, which for small ones is Node's pool with
 * everything else that was in it.
 */
function withoutPool(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Uint8Array) {
    const isWhole = value.byteLength === value.buffer.byteLength
    return isWhole ? value : new Uint8Array(value) // mutant: I7.no-pool-clone
  }
  if (Array.isArray(value)) return value.map(withoutPool)
  const copy: Record<string, unknown> = {}
  for (const [name, part] of Object.entries(value)) copy[name] = withoutPool(part)
  return copy
}

/** A copied Buffer is a Uint8Array: the same bytes as Buffers again, which is what a store gives. */
function withBuffers(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Uint8Array)
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  for (const [name, part] of Object.entries(value))
    if (typeof part === 'object') (value as Record<string, unknown>)[name] = withBuffers(part)
  return value
}

type Waiting = {
  since: number
  resolve: (value: unknown) => void
  reject: (error: Error) => void
}

export type Caller = {
  /** @throws StoreUnavailableError where no answer came in time: the call may still take effect */
  call(target: string, method: string, args: unknown[]): Promise<unknown>
  /** Every open call and every later one fails. */
  close(): void
}

type Port = Pick<MessagePort, 'postMessage'> & {
  on(event: 'message', heard: (replies: Reply[]) => void): unknown
}

/** What is called in one turn of the event loop is one message. */
export function createCaller(port: Port, deadlineMs = DEADLINE_MS): Caller {
  const open = new Map<number, Waiting>()
  let requests: Request[] = []
  let lastId = 0
  let isClosed = false

  const post = () => {
    const posted = requests
    requests = []
    port.postMessage(posted)
  }
  port.on('message', (replies) => {
    for (const { id, value, error } of replies) {
      const waiting = open.get(id)
      open.delete(id)
      if (error) waiting?.reject(toError(error))
      else waiting?.resolve(withBuffers(value))
    }
  })
  /** In the order of their calls, so that the first one in time ends the look. */
  const giveUpOnLate = () => {
    const oldest = performance.now() - deadlineMs
    for (const [id, { since, reject }] of open) {
      if (since > oldest) return
      open.delete(id)
      reject(new StoreUnavailableError('the database did not answer in time')) // mutant: I11.thread-deadline
    }
  }
  const looking = setInterval(giveUpOnLate, Math.min(LOOK_EVERY_MS, deadlineMs)).unref()

  return {
    call: (target, method, args) =>
      new Promise((resolve, reject) => {
        if (isClosed) return reject(new StoreUnavailableError('the database is closed'))
        if (open.size >= MAX_OPEN)
          return reject(new StoreUnavailableError('too many calls wait for the database'))
        lastId += 1
        open.set(lastId, { since: performance.now(), resolve, reject })
        const request = { id: lastId, target, method, args: withoutPool(args) as unknown[] }
        if (requests.push(request) === 1) setImmediate(post)
      }),
    close() {
      isClosed = true
      clearInterval(looking)
      for (const { reject } of open.values())
        reject(new StoreUnavailableError('the database is closed'))
      open.clear()
    },
  }
}

type Method = (...args: never[]) => unknown

/** Answers what `createCaller` asks. Results that are ready in one turn are one message. */
export function answerCalls(
  port: MessagePort,
  methodOf: (target: string, method: string) => Method | undefined,
): void {
  let replies: Reply[] = []
  const post = () => {
    const posted = replies
    replies = []
    port.postMessage(posted)
  }
  const reply = (one: Reply) => {
    // After all promises that are settled now, and before the next commit.
    if (replies.push(one) === 1) process.nextTick(post)
  }
  const answer = async ({ id, target, method, args }: Request) => {
    try {
      const run = methodOf(target, method)
      if (!run) throw new Error(`no ${method} of ${target}`)
      reply({ id, value: withoutPool(await run(...(args as never[]))) })
    } catch (error) {
      reply({ id, error: toPlainError(error) })
    }
  }
  port.on('message', (requests: Request[]) => {
    for (const request of requests) void answer(request)
  })
}
