// Starts and whole flows one after the other, and many starts at once.
// It must not begin a flow while the one before is under way, unless a burst is asked for.

import type { Gateway } from './gateway.ts'
import { takePeople } from './people-counter.ts'
import { type Caller, createCaller, type TargetName } from './targets.ts'

type Args = { url: string; apiKey: string; count: number }

async function startOne(caller: Caller, index: number): Promise<number> {
  const began = performance.now()
  const { status } = await caller.start(index)
  if (status !== 201) throw new Error(`start: ${status}`)
  return performance.now() - began
}

export async function serialStarts({ url, apiKey, count }: Args): Promise<{ startMs: number[] }> {
  const caller = createCaller('ours', url, apiKey)
  const startMs: number[] = []
  // The first opens the connection.
  await startOne(caller, takePeople())
  for (let i = 0; i < count; i += 1) startMs.push(await startOne(caller, takePeople()))
  await caller.close()
  return { startMs }
}

/** One caller: what each answer takes, without the wait for the message between them. */
export async function serialFlows(
  gateway: Gateway,
  { target, url, apiKey, count }: Args & { target: TargetName },
): Promise<{ startMs: number[]; checkMs: number[] }> {
  const caller = createCaller(target, url, apiKey)
  const startMs: number[] = []
  const checkMs: number[] = []
  await caller.ping()
  for (let i = 0; i < count; i += 1) {
    const index = takePeople()
    const began = performance.now()
    const started = await caller.start(index)
    startMs.push(performance.now() - began)
    const code = await gateway.codeFor(started.id)
    const typed = performance.now()
    const { status } = await caller.check(started, code, index)
    if (started.status !== 201 || status !== 200) throw new Error(`${started.status}, ${status}`)
    checkMs.push(performance.now() - typed)
  }
  await caller.close()
  return { startMs, checkMs }
}

/** Connections are open before; the time is from the first write to the last answer. */
export async function burst({ url, apiKey, count }: Args): Promise<{ lastMs: number }> {
  const callers = Array.from({ length: count }, () => createCaller('ours', url, apiKey))
  await Promise.all(callers.map((caller) => caller.ping()))
  const first = takePeople(count)
  const began = performance.now()
  await Promise.all(callers.map((caller, i) => startOne(caller, first + i)))
  const lastMs = performance.now() - began
  await Promise.all(callers.map((caller) => caller.close()))
  return { lastMs }
}
