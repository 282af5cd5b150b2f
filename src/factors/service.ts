// All operations on factors, with the attempt log's row for whatever is refused; listing and removing are done here.

import { FACTOR_CHANNELS } from '../kernel/channel.ts'
import type { Caller } from '../verification/api.ts'
import { actorOf } from '../verification/domain.ts'
import { logRefusals } from '../verification/log-refusals.ts'
import type {
  FactorService,
  ListFactorsCommand,
  ListFactorsResult,
  RemoveFactorCommand,
  RemoveFactorResult,
} from './api.ts'
import { confirm } from './confirm.ts'
import { createApp } from './create-app.ts'
import {
  FACTOR_TYPE_OF,
  type FactorDomain,
  type FactorOperation,
  factorsOf,
  isUsable,
  openSubject,
  refuseUnknownFactor,
  unverifiedSince,
} from './domain.ts'
import { createCodes } from './recovery-codes.ts'
import { factorView } from './types.ts'

/** GET /factors. */
async function list(
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

/** DELETE /factors/{id}. */
const remove: FactorOperation<RemoveFactorCommand, RemoveFactorResult> = async (
  domain,
  caller,
  command,
  trace,
) => {
  const { id } = command
  const service = caller.service.name
  const record = await domain.factors.find(service, id, unverifiedSince(domain))
  if (!record) return refuseUnknownFactor()
  trace.budgetIndex = record.subjectIndex
  // An id from a browser is of its own user, or of nobody.
  if (command.subject !== null && command.subject !== openSubject(domain.keyring, record))
    return refuseUnknownFactor()
  const now = domain.clock.now()
  const actor = actorOf(caller, command.endUser)
  const isRemoved = await domain.factors.remove({ id, service, now, actor })
  return isRemoved ? { kind: 'removed' } : refuseUnknownFactor()
}

export function createFactorService(domain: FactorDomain): FactorService {
  const logged = logRefusals(domain)
  return {
    createApp: logged('factors/totp', createApp),
    createCodes: logged('factors/recovery-codes', createCodes),
    confirm: logged('factors/confirm', confirm),
    remove: logged('factors/delete', remove),
    list: (caller, command) => list(domain, caller, command),
  }
}
