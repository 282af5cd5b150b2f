// What the console is given beside what the API has.
// It must not build anything: compose-console.ts fills `ConsoleDeps`.

import type { Follower } from '../events/follower.ts'
import type { StreamPlaces } from '../http/stream-places.ts'
import type { HealthReport, ShownSetting } from './health-report.ts'
import type { Operations } from './operations.ts'
import type { AttemptReads } from './ports.ts'
import type { Recipients } from './recipients.ts'
import type { ListRefusals } from './refusals.ts'
import type { Sessions } from './sessions.ts'
import type { WrongKeys } from './wrong-keys.ts'

export type ConsoleDeps = {
  sessions: Sessions
  attempts: AttemptReads
  recipients: Recipients
  refusals: ListRefusals
  operations: Operations
  /** The log as it grows. */
  follower: Follower
  streamPlaces: StreamPlaces
  wrongKeys: WrongKeys
  /** @param service whose failures are counted; null: all */
  health: (service: string | null) => Promise<HealthReport>
  /** In force since the start, secrets left out. */
  settings: readonly ShownSetting[]
}
