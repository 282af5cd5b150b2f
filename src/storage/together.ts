// Calls that come while one is in progress, or in the same turn of the event loop, are the next call: one message, one commit.
// It must not wait for more to come, nor keep what one caller asked from being answered to that caller.

/** One call must not hold locks for long. */
const MAX_TOGETHER = 100

type Waiting<Input, Output> = {
  input: Input
  resolve: (output: Output | undefined) => void
  reject: (error: unknown) => void
}

/**
 * @param call answers each input in its place. What it throws reaches all whom it was called for
 * @returns a function for one input. What waits is bounded by its callers: the lanes of the worker
 */
export function createTogether<Input, Output>(
  call: (inputs: readonly Input[]) => Promise<readonly Output[]>,
): (input: Input) => Promise<Output | undefined> {
  let waiting: Waiting<Input, Output>[] = []
  let isUnderWay = false

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, MAX_TOGETHER)
      waiting = waiting.slice(batch.length)
      try {
        const outputs = await call(batch.map(({ input }) => input))
        for (const [place, { resolve }] of batch.entries()) resolve(outputs[place]) // mutant: C24.own-outcome
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
    isUnderWay = false
  }

  return (input) =>
    new Promise((resolve, reject) => {
      waiting.push({ input, resolve, reject })
      if (isUnderWay) return
      isUnderWay = true
      setImmediate(run)
    })
}
