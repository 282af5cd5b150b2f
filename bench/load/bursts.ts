// Starts one after the other, and many at once.
// It must not wait for messages: what is asked is how soon a start answers.

import { takePeople } from './people-counter.ts'
import { type Caller, createCaller } from './targets.ts'

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
