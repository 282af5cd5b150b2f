// Every contract of a store's ports, in one list: whichever way a store is opened, none is forgotten.

import type { Store } from '../../src/storage/store.ts'
import { describeAdminSessions } from './admin-session-store.ts'
import { describeApiKeys } from './api-key-store.ts'
import { describeChains } from './chains.ts'
import { describeCounts } from './counts.ts'
import { describeEvents } from './event-store.ts'
import { describeFactors } from './factor-store.ts'
import { describeFactorUses } from './factor-uses.ts'
import { describeFront } from './front.ts'
import { describeLists } from './lists.ts'
import { describeBacklog } from './outbox-backlog.ts'
import { describeCalls } from './outbox-calls.ts'
import { describeClaims } from './outbox-claims.ts'
import { describePolls } from './outbox-polls.ts'
import { describeReceipts } from './outbox-receipts.ts'
import { describeSettling } from './outbox-settling.ts'
import { describeOwnCodes } from './own-codes.ts'
import { describeSpentChallenges } from './spent-challenges.ts'
import { describeStartClaims } from './start-claims.ts'
import { describeGuesses, describeNumberLimit } from './store-budgets.ts'
import { describeChecks } from './store-checks.ts'
import { describeLifecycle } from './store-lifecycle.ts'
import { describeIdempotency, describeSessions } from './store-sessions.ts'
import type { Stores } from './stores.ts'
import { describeSuppressions } from './suppressions.ts'
import { describeTraces } from './traces.ts'
import { describeWebhooks } from './webhooks.ts'
import { describeWeights } from './weights.ts'
import { describeWires } from './wires.ts'

export function describeStore(factory: () => Stores & Store): void {
  describeChecks(factory)
  describeNumberLimit(factory)
  describeGuesses(factory)
  describeIdempotency(factory)
  describeSessions(factory)
  describeSpentChallenges(factory)
  describeLifecycle(factory)
  describeFactors(factory)
  describeFactorUses(factory)
  describeClaims(factory)
  describeBacklog(factory)
  describeSettling(factory)
  describeReceipts(factory)
  describePolls(factory)
  describeCalls(factory)
  describeChains(factory)
  describeEvents(factory)
  describeApiKeys(() => factory().apiKeys)
  describeAdminSessions(() => factory().adminSessions)
  describeWebhooks(factory)
  describeWeights(factory)
  describeSuppressions(factory)
  describeLists(factory)
  describeCounts(factory)
  describeTraces(factory)
  describeFront(factory)
  describeWires(factory)
  describeOwnCodes(factory)
  // The last one: from here on a worker is served, and looks less often.
  describeStartClaims(factory)
}
