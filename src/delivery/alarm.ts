// The sleep between two rounds of a loop, which a ring ends. An AbortController for each took a tenth of the worker's time.

export type Alarm = {
  /** Forgets the rings up to here: the round that follows sees what they were about. */
  set(): void
  /** Ends the sleep, or the next one where none is in progress. */
  ring(): void
  /** At most `ms`. It does not keep the process alive. */
  sleep(ms: number): Promise<void>
}

export function createAlarm(): Alarm {
  let isRung = false
  let end = () => {}
  return {
    set() {
      isRung = false
    },
    ring() {
      isRung = true
      end()
    },
    sleep: (ms) =>
      new Promise((resolve) => {
        if (isRung) return resolve()
        const timer = setTimeout(resolve, ms).unref()
        end = () => {
          clearTimeout(timer)
          resolve()
        }
      }),
  }
}
