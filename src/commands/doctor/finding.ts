// What a check of countersign doctor found: one line for people, one object for programs.
// It must not hold a secret, a recipient or a code.

export type Status = 'ok' | 'warning' | 'failed' | 'skipped'

export type Finding = {
  /** `settings`, `files`, `database`, … */
  check: string
  status: Status
  /** A sentence: what is, and where it is not right, what to do. */
  detail: string
}

export const finding = (check: string, status: Status, detail: string): Finding => ({
  check,
  status,
  detail,
})

/** What a check throws is its finding, too: the others go on. */
export async function findingsOf(
  check: string,
  job: () => Promise<readonly Finding[]> | readonly Finding[],
): Promise<readonly Finding[]> {
  try {
    return await job()
  } catch (error) {
    return [finding(check, 'failed', error instanceof Error ? error.message : 'it broke off')]
  }
}
