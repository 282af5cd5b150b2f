// Calls into another thread: arguments and results are copied as plain data (JSON, and bytes), errors with their class.
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

/** A text that begins with it is the base64 of bytes, or where it stands twice a text that begins with it itself. */
const MARK = '='

/** A view's own bytes: what else lies in its buffer, which for small ones is Node's pool, stays here. */
function toText(bytes: Uint8Array): string {
  const own = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) // mutant: I7.no-pool-copy
  return MARK + own.toString('base64')
}

/** A copy: what is changed after the call is not sent. */
function pack(value: unknown): unknown {
  if (typeof value === 'string') return value.startsWith(MARK) ? MARK + value : value
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Uint8Array) return toText(value)
  if (Array.isArray(value)) return value.map(pack)
  const copy: Record<string, unknown> = {}
  for (const [name, part] of Object.entries(value)) copy[name] = pack(part)
  return copy
}

/** In place: it was parsed for this. */
function unpack(value: unknown): unknown {
  if (typeof value === 'string') {
    if (!value.startsWith(MARK)) return value
    const rest = value.slice(MARK.length)
    return rest.startsWith(MARK) ? rest : Buffer.from(rest, 'base64')
  }
  if (typeof value !== 'object' || value === null) return value
  const parts = value as Record<string, unknown>
  for (const name of Object.keys(parts)) parts[name] = unpack(parts[name])
  return value
}

/** Of what was packed, as one text: a structured clone of some hundred fields takes twice the time, on both sides. */
const write = (packed: readonly unknown[]) => JSON.stringify(packed)
const read = <Message>(text: string) => unpack(JSON.parse(text)) as Message[]

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
  on(event: 'message', heard: (text: string) => void): unknown
}

/** What is called in one turn of the event loop is one message. */
export function createCaller(port: Port, deadlineMs = DEADLINE_MS): Caller {
  const open = new Map<number, Waiting>()
  let requests: unknown[] = []
  let lastId = 0
  let isClosed = false

  const post = () => {
    const posted = requests
    requests = []
    port.postMessage(write(posted))
  }
  port.on('message', (text) => {
    for (const { id, value, error } of read<Reply>(text)) {
      const waiting = open.get(id)
      open.delete(id)
      if (error) waiting?.reject(toError(error))
      else waiting?.resolve(value)
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
        const request: Request = { id: lastId, target, method, args }
        if (requests.push(pack(request)) === 1) setImmediate(post)
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
  let replies: unknown[] = []
  const post = () => {
    const posted = replies
    replies = []
    port.postMessage(write(posted))
  }
  const reply = (one: Reply) => {
    // After all promises that are settled now, and before the next commit.
    if (replies.push(pack(one)) === 1) process.nextTick(post)
  }
  const answer = async ({ id, target, method, args }: Request) => {
    try {
      const run = methodOf(target, method)
      if (!run) throw new Error(`no ${method} of ${target}`)
      reply({ id, value: await run(...(args as never[])) })
    } catch (error) {
      reply({ id, error: toPlainError(error) })
    }
  }
  port.on('message', (text: string) => {
    for (const request of read<Request>(text)) void answer(request)
  })
}
