// GET /factors and DELETE /factors/{id}: what a subject has, and taking one of it away.
// It must not open a secret.

import { FACTOR_CHANNELS } from '../kernel/channel.ts'
import type { Caller } from '../verification/api.ts'
import { actorOf, type Trace } from '../verification/domain.ts'
import type {
  ListFactorsCommand,
  ListFactorsResult,
  RemoveFactorCommand,
  RemoveFactorResult,
} from './api.ts'
import type { FactorDomain } from './domain.ts'
import { FACTOR_TYPE_OF, factorsOf, isUsable, unverifiedSince } from './look-up.ts'
import { refuseUnknownFactor } from './refuse.ts'
import { openSubject } from './subject.ts'
import { factorView } from './view.ts'

export async function list(
  domain: FactorDomain,
  caller: Caller,
  { subject }: ListFactorsCommand,
): Promise<ListFactorsResult> {
  const found = await factorsOf(domain, caller.service.name, subject)
  return {
    factors: found.map((record) => factorView(record, subject)),
    channels: FACTOR_CHANNELS.filter((channel) =>
      found.some((record) => record.type === FACTOR_TYPE_OF[channel] && isUsable(record)),
    ),
  }
}

export async function remove(
  domain: FactorDomain,
  caller: Caller,
  command: RemoveFactorCommand,
  trace: Trace,
): Promise<RemoveFactorResult> {
  const { id } = command
  const service = caller.service.name
  const record = await domain.factors.find(service, id, unverifiedSince(domain))
  if (!record) return refuseUnknownFactor()
  trace.budgetIndex = record.subjectIndex
  // An id that a browser handed in is of its own user, or of nobody.
  if (command.subject !== null && command.subject !== openSubject(domain.keyring, record))
    return refuseUnknownFactor()
  const now = domain.clock.now()
  const actor = actorOf(caller, command.endUser)
  const isRemoved = await domain.factors.remove({ id, service, now, actor })
  return isRemoved ? { kind: 'removed' } : refuseUnknownFactor()
}
