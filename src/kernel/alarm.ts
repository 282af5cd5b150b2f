// The sleep between two rounds of a loop, which a ring ends. An AbortController for each took a tenth of the worker's time.

export type Alarm = {
  /** Forgets the rings up to here: the round that follows sees what they were about. */
  set(): void
  /** Ends the sleep, or the next one where none is in progress. */
  ring(): void
  /** After all that this turn of the event loop has to do: several are one. */
  ringSoon(): void
  /** At most `ms`. It does not keep the process alive. */
  sleep(ms: number): Promise<void>
}

export function createAlarm(): Alarm {
  let isRung = false
  let isSoon = false
  let end = () => {}
  const ring = () => {
    isRung = true
    end()
  }
  return {
    set() {
      isRung = false
    },
    ring,
    ringSoon() {
      if (isSoon) return
      isSoon = true
      setImmediate(() => {
        isSoon = false
        ring()
      })
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
