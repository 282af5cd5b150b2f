// A start with a subject: a verification by what the person has already. Nothing is sent.
// It must not count anything for a subject that has no such factor, nor say so of a decoy.

import { createId } from '../kernel/ids.ts'
import { refuseStartFields } from './admission.ts'
import type { Caller, FactorStartCommand } from './api.ts'
import { factorStartLimitKeys } from './budgets.ts'
import type { Domain } from './domain.ts'
import { subjectIndexes } from './party.ts'
import type { SessionSlot } from './ports.ts'
import { refuseNoFactor } from './refuse.ts'
import { commonFields, type PlannedStart } from './start-plan.ts'
import type { NewVerification } from './state.ts'

export function planFactorStart(
  domain: Domain,
  caller: Caller,
  command: FactorStartCommand,
): PlannedStart {
  const { service } = caller
  const { subject, channel, decoy } = command
  const about = { party: { kind: 'subject', subject }, channel } as const // mutant: C73.factor-subject-named
  const refusal = refuseStartFields(service, { ...command, codeLength: null })
  if (refusal) return { refusal, about }
  const indexes = subjectIndexes(domain.keyring, service.name, subject)
  return {
    about: { ...about, budgetIndex: indexes[0] as Buffer },
    party: subject,
    budgetIndexes: indexes,
    maxGuesses: service.maxAttempts,
    slot: factorSlot(domain, service.name, command),
    suppressible: null,
    // Nothing is sent, but a network may be refused here, too.
    judged: { recipient: null, clientIp: command.endUser.clientIp },
    limitKeys: () => factorStartLimitKeys(domain, service, command.endUser.clientIp), // mutant: C7.subject-start-counted
    resends: false,
    async refuseMissing() {
      // For a decoy as well: the same way takes the same time.
      const can = await domain.compare[channel].canAnswer(service.name, subject)
      return can || decoy
        ? undefined
        : refuseNoFactor(`this subject has no active factor for ${channel}; nothing was started`)
    },
    obtain: () => null,
    record(now): NewVerification {
      const id = createId('vrf', now)
      return {
        ...commonFields(domain, caller, command, { id, party: subject, now }),
        channel,
        locale: domain.pickLocale(service, 'sms', [command.locale]),
        addressIndex: indexes[0] as Buffer,
        budgetIndex: indexes[0] as Buffer,
        country: null,
        kind: decoy ? 'decoy' : 'real',
        codeLength: 0,
        codeHash: null,
        pepperKeyId: domain.keyring.currentKeyId,
        codeSealed: null,
        maxSends: 0,
        maxAttempts: service.maxAttempts,
        checkedBy: null,
      }
    },
    isLandline: false,
    pickProvider: () => null,
    steps: () => [],
  }
}

/** The channel is a part of it: a person without a phone at hand starts again with a recovery code. */
function factorSlot(
  { keyring }: Domain,
  service: string,
  command: FactorStartCommand,
): SessionSlot | null {
  const { purpose, channel, subject, session, authenticated, decoy } = command
  if (session === null) return null
  const parts = ['factor-slot', service, purpose, channel, subject, session]
  return { slots: keyring.macs('session', parts), authenticated, decoy }
}
