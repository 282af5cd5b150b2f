// The streams of a view as both packages read them: one that says nothing, one whose event does not end, one that never answers.

import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { openDoor } from '../../element/src/door.ts'
import { readEvents as elementReads } from '../../element/src/event-stream.ts'
import { CountersignView } from '../src/browser.ts'
import { readEvents as clientReads } from '../src/event-stream.ts'

const TOKEN = `vt_${'a'.repeat(50)}`
const READERS = { client: clientReads, element: elementReads }

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

/** What it is given, and then nothing. */
function stream(...texts: string[]) {
  const state = { isCanceled: false }
  const body = new ReadableStream({
    start: (controller) => {
      for (const text of texts) controller.enqueue(new TextEncoder().encode(text))
    },
    cancel: () => {
      state.isCanceled = true
    },
  })
  return { state, response: new Response(body) }
}
/** However it ends. */
const ended = async (reading: Promise<unknown>) => {
  let isOver = false
  reading.then(
    () => (isOver = true),
    () => (isOver = true),
  )
  await vi.advanceTimersByTimeAsync(0)
  return () => isOver
}

it.each(Object.entries(READERS))(
  'C91: %s: a stream that is silent for a minute has ended',
  async (_, read) => {
    const { state, response } = stream('event: view\ndata: one\n\n', ': still here\n\n')
    const told: string[] = []
    const isOver = await ended(read(response, (data) => told.push(data)))
    await vi.advanceTimersByTimeAsync(59_000)
    expect([told, isOver(), state.isCanceled]).toEqual([['one'], false, false])
    await vi.advanceTimersByTimeAsync(1_000)
    expect([isOver(), state.isCanceled]).toEqual([true, true])
  },
)

it.each(Object.entries(READERS))(
  'C91: %s: an event that does not end is not kept',
  async (_, read) => {
    const told: string[] = []
    const half = `event: view\ndata: ${'x'.repeat(60_000)}`
    const { state, response } = stream(half, 'x'.repeat(60_000), 'x\n\n')
    const isOver = await ended(read(response, (data) => told.push(data)))
    expect([told, isOver(), state.isCanceled]).toEqual([[], true, true])
  },
)

/** A service that takes the request for a stream and never answers. */
function silentService() {
  const asked = { times: 0, isAborted: false }
  const fetch = (_url: string, { signal }: { signal: AbortSignal }) => {
    asked.times += 1
    return new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => {
        asked.isAborted = true
        reject(signal.reason)
      })
      if (signal.aborted) reject(signal.reason)
    })
  }
  return { asked, fetch }
}

it('C91: client: a stream that is never answered ends in the time of a call, or with its signal', async () => {
  const { asked, fetch } = silentService()
  const view = new CountersignView({
    url: 'http://127.0.0.1:1',
    token: TOKEN,
    fetch,
    timeoutMs: 5_000,
  })
  const isOver = await ended(view.follow(() => {}))
  await vi.advanceTimersByTimeAsync(4_999)
  expect(isOver()).toBe(false)
  await vi.advanceTimersByTimeAsync(1)
  expect([isOver(), asked.isAborted]).toEqual([true, true])
  const controller = new AbortController()
  const following = view.follow(() => {}, { signal: controller.signal })
  controller.abort(new Error('the page is left'))
  await expect(following).rejects.toThrow('the page is left')
})

it('C88: element: a stream that is never answered is given up, so that the view is asked for again', async () => {
  const { asked, fetch } = silentService()
  vi.stubGlobal('fetch', fetch)
  vi.stubGlobal('localStorage', {})
  const door = openDoor('http://127.0.0.1:1', TOKEN)
  const isOver = await ended(door.follow(new AbortController().signal, () => {}))
  expect([asked.times, isOver()]).toEqual([1, false])
  await vi.advanceTimersByTimeAsync(30_000)
  expect([isOver(), asked.isAborted]).toEqual([true, true])
})
