// The verification as it changes: its view, then its stream, and both again after a pause when the stream ends.
// A hidden page holds no stream: people leave for their messages, and the service has places for 200.

import type { Answer, Door, Take } from './door.ts'

const FIRST_PAUSE_MS = 1000
const LONGEST_PAUSE_MS = 30_000

type Refused = Extract<Answer, { ok: false }>

export type Watcher = {
  show: Take
  /** No view at the moment; it is asked for again. */
  lose(): void
  /** There will be none. */
  end(refused: Refused): void
}

/** After `ms`, or as soon as the page is online or visible again; never while it is hidden. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const own = new AbortController()
    const done = () => {
      clearTimeout(timer)
      own.abort()
      resolve()
    }
    const wake = () => {
      if (!document.hidden) done()
    }
    const timer = setTimeout(wake, ms)
    const until = { signal: own.signal }
    signal.addEventListener('abort', done, until)
    addEventListener('online', wake, until)
    document.addEventListener('visibilitychange', wake, until)
  })
}

/** What asking again cannot change: no such token, another browser's. */
const isFinal = ({ status }: Refused) =>
  status >= 400 && status < 500 && status !== 408 && status !== 429

/** Follows the stream until it ends, `signal` aborts or the page is hidden. @returns whether it was hidden, and what refused the stream */
async function followWhileVisible(door: Door, signal: AbortSignal, take: Take) {
  const own = new AbortController()
  const until = { signal: own.signal }
  const stop = () => {
    if (signal.aborted || document.hidden) own.abort()
  }
  signal.addEventListener('abort', stop, until)
  document.addEventListener('visibilitychange', stop, until)
  stop()
  const refused = await door.follow(own.signal, take)
  const wasHidden = own.signal.aborted
  own.abort()
  return { refused, wasHidden }
}

/** Until `signal` aborts or the verification is over. */
export async function watch(door: Door, signal: AbortSignal, to: Watcher): Promise<void> {
  const show: Take = (view, approval) => {
    if (!signal.aborted) to.show(view, approval)
  }
  let failures = 0
  for (;;) {
    const answer = await door.look(signal)
    let refused: Refused | null = answer.ok ? null : answer
    if (answer.ok) {
      show(answer.view, answer.approval)
      const openedAt = Date.now()
      const stream = await followWhileVisible(door, signal, show)
      refused = stream.refused
      if (stream.wasHidden || Date.now() - openedAt > LONGEST_PAUSE_MS) failures = 0
    }
    if (signal.aborted) return
    if (refused && isFinal(refused)) return to.end(refused)
    if (!answer.ok) to.lose()
    const backoffMs = Math.min(FIRST_PAUSE_MS * 2 ** failures, LONGEST_PAUSE_MS)
    failures += 1
    // Spread: after an outage all pages come back, but not at one moment.
    const spreadMs = backoffMs * (0.5 + Math.random() / 2)
    await pause(Math.max(spreadMs, (refused?.retryAfterSeconds ?? 0) * 1000), signal)
    if (signal.aborted) return
  }
}
