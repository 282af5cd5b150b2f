// What an admin's requests are answered with, whoever asks: the API, the console.
// It must not build anything: service/compose-admin.ts fills it.

import type { ShownSetting } from '../kernel/shown-setting.ts'
import type { HealthReport } from './health-report.ts'
import type { Operations } from './operations.ts'
import type { AttemptReads } from './ports.ts'
import type { Recipients } from './recipients.ts'
import type { ListRefusals } from './refusals.ts'

export type AdminDeps = {
  attempts: AttemptReads
  recipients: Recipients
  refusals: ListRefusals
  operations: Operations
  /** @param service whose failures are counted; null: all */
  health: (service: string | null) => Promise<HealthReport>
  /** In force since the start, secrets left out. */
  settings: readonly ShownSetting[]
}
