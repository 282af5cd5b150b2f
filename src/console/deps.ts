// What the console is given beside what the API has.
// It must not build anything: service/compose-admin.ts fills it.

import type { AppDeps } from '../http/deps.ts'
import type { Sessions } from './sessions.ts'
import type { WrongKeys } from './wrong-keys.ts'

export type ConsoleDeps = AppDeps & { sessions: Sessions; wrongKeys: WrongKeys }
