// The sleep between two rounds of a loop, which a ring ends; and the end of the loop, waited for. An AbortController for each took a tenth of the worker's time.

/** Waits until `work` has ended in any way, or for `ms`. */
export function endOf(work: Promise<unknown>, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    const end = () => {
      clearTimeout(timer)
      resolve()
    }
    work.then(end, end)
  })
}

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
