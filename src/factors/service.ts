// All operations on factors, with the event log's row for whatever is refused; listing and removing are done here.

import { FACTOR_CHANNELS } from '../kernel/channel.ts'
import type { Caller } from '../verification/api.ts'
import { actorOf, type Learned, learned } from '../verification/domain.ts'
import { logRefusals } from '../verification/service.ts'
import type {
  ConfirmCommand,
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
  factorsOf,
  isUsable,
  openSubject,
  refuseUnknownFactor,
  unverifiedSince,
} from './domain.ts'
import { createCodes } from './recovery-codes.ts'
import { factorView } from './types.ts'

export function createFactorService(domain: FactorDomain): FactorService {
  const logged = logRefusals(domain)
  /** For commands that name their subject. */
  const ofSubject =
    <Command extends { subject: string }, Result>(
      operation: (given: FactorDomain, caller: Caller, command: Command) => Promise<Result>,
    ) =>
    async (caller: Caller, command: Command): Promise<Learned<Result>> => {
      const { subject } = command
      const result = await operation(domain, caller, command)
      return learned(result, { party: { kind: 'subject', subject } })
    }
  return {
    createApp: logged('factors/totp', ofSubject(createApp)),
    createCodes: logged('factors/recovery-codes', ofSubject(createCodes)),
    confirm: logged('factors/confirm', (caller, command: ConfirmCommand) =>
      confirm(domain, caller, command),
    ),
    remove: logged('factors/delete', (caller, command: RemoveFactorCommand) =>
      remove(domain, caller, command),
    ),
    list: (caller, command) => list(domain, caller, command),
  }
}

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
async function remove(
  domain: FactorDomain,
  caller: Caller,
  command: RemoveFactorCommand,
): Promise<Learned<RemoveFactorResult>> {
  const { id } = command
  const service = caller.service.name
  const record = await domain.factors.find(service, id, unverifiedSince(domain))
  if (!record) return learned(refuseUnknownFactor())
  const about = { budgetIndex: record.subjectIndex }
  // An id from a browser is of its own user, or of nobody.
  if (command.subject !== null && command.subject !== openSubject(domain.keyring, record))
    return learned(refuseUnknownFactor(), about)
  const now = domain.clock.now()
  const actor = actorOf(caller, command.endUser)
  const isRemoved = await domain.factors.remove({ id, service, now, actor })
  return learned(isRemoved ? { kind: 'removed' } : refuseUnknownFactor(), about)
}
