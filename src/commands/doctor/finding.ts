// The finding of a check of countersign doctor: one line for people, one object for programs.
// It must not hold a secret, a recipient or a code.

type Status = 'ok' | 'warning' | 'failed' | 'skipped'

export type Finding = {
  /** `settings`, `files`, `database`, … */
  check: string
  status: Status
  /** The fact, and where it is wrong, the remedy. */
  detail: string
}

export const finding = (check: string, status: Status, detail: string): Finding => ({
  check,
  status,
  detail,
})

/** An error of a check is its finding, and the others continue. */
export async function findingsOf(
  check: string,
  job: () => Promise<readonly Finding[]> | readonly Finding[],
): Promise<readonly Finding[]> {
  try {
    return await job()
  } catch (error) {
    return [finding(check, 'failed', error instanceof Error ? error.message : 'it was cut off')]
  }
}

/** A Date header has whole seconds, and an answer takes its time. */
const TOLERATED_MS = 5_000
/** A step of an authenticator app: its current codes would be taken for those of another step. */
const HARMFUL_MS = 30_000

/** Whether this machine's clock agrees with another one. @param offsetMs how far the other is ahead of it */
export function judgeClock(other: string, offsetMs: number): Finding {
  const amount = Math.abs(offsetMs)
  if (amount <= TOLERATED_MS)
    return finding('clock', 'ok', `agrees with ${other} (within ${TOLERATED_MS / 1000} s)`)
  const offset = `${(amount / 1000).toFixed(1)} s ${offsetMs > 0 ? 'behind' : 'ahead of'}`
  return finding(
    'clock',
    amount < HARMFUL_MS ? 'warning' : 'failed',
    `is ${offset} ${other}: set up NTP on this machine (or on the other one); codes of authenticator apps depend on it`,
  )
}
