// A start that sends a message: who receives it, through which channel, and the code it carries.

import type { Channel, VerificationChannel } from '../kernel/channel.ts'
import { codeContext } from '../kernel/sealing.ts'
import { refuseStartFields } from './admission.ts'
import type { Caller, Refusal, SendCommand } from './api.ts'
import { sendLimitKeys, testLimitKeys } from './budgets.ts'
import { planChain, waitingSteps } from './chain.ts'
import type { Domain } from './domain.ts'
import { ownCodeFaults, takeOwnCode } from './own-code.ts'
import type { ServicePolicy } from './policy.ts'
import type { SessionSlot } from './ports.ts'
import {
  addressIndexes,
  budgetIndexes,
  defaultChannel,
  isLandline,
  localeOf,
  type Recipient,
  readRecipient,
  testRecipientFor,
} from './recipient.ts'
import { refuseFields, refuseSlow } from './refuse.ts'
import {
  commonFields,
  obtainCode,
  type PlannedStart,
  type PreparedCode,
  type StartPlan,
} from './start-plan.ts'
import type { NewVerification } from './state.ts'

export function planMessageStart(
  domain: Domain,
  caller: Caller,
  command: SendCommand,
): PlannedStart {
  const { service } = caller
  const recipient = readRecipient(command.to, command.country)
  const faults = [...(refuseStartFields(service, command)?.errors ?? []), ...ownCodeFaults(command)]
  if (recipient.kind === 'unreadable') {
    const { field, detail } = recipient
    return { refusal: refuseFields([{ field, detail }, ...faults]), about: {} }
  }
  // Whatever is refused: support looks for a refusal by the person.
  const named: VerificationChannel =
    command.channel ?? command.channels?.[0]?.channel ?? defaultChannel(recipient)
  const about = { party: recipient, channel: named } // mutant: C73.person-before-refusal
  if (faults.length > 0) return { refusal: refuseFields(faults), about }
  // To a test recipient nothing is sent: what tolls or a country's rules would cost does not arise.
  const test = testRecipientFor(service, recipient, domain.clock.now())
  const chosen = planChain(domain, service, recipient, command, test !== undefined)
  if ('kind' in chosen) return { refusal: chosen, about }
  const { channel } = chosen
  const country = recipient.kind === 'phone' ? recipient.country : null
  const { authenticated, endUser } = command
  const subject = { service, recipient, authenticated, clientIp: endUser.clientIp }
  const budget = budgetIndexes(domain.keyring, service.name, recipient)
  const indexes = addressIndexes(domain.keyring, service.name, recipient)
  const source = codeSource(domain, service, command, test?.code)
  const message = { service: service.name, to: recipient.address, country }
  const pickProvider = (by: Channel) => domain.pickProvider({ ...message, channel: by })
  // A decoy first: the code of a test recipient is known, and none of a decoy's may be right.
  const kind = command.decoy ? 'decoy' : test ? 'test' : 'real' // mutant: C49.test-decoy
  return {
    about: { ...about, budgetIndex: budget[0] as Buffer },
    party: recipient.address,
    budgetIndexes: budget,
    slot: sessionSlot(domain, service.name, command, recipient),
    // A decoy's as anybody's: whether there is an account does not show.
    suppressible: test ? null : { channel, addressIndexes: indexes }, // mutant: C59.test-recipient-exempt
    judged: test ? null : subject,
    limitKeys: () =>
      test
        ? testLimitKeys(domain, subject, test) // mutant: C19.test-send-exempt
        : sendLimitKeys(domain, subject),
    resends: true,
    ...source.plan,
    record(now, prepared): NewVerification {
      const code = prepared as PreparedCode
      return {
        ...commonFields(domain, caller, command, { id: code.id, party: recipient.address, now }),
        channel,
        locale: domain.pickLocale(service, channel, [command.locale, localeOf(recipient)]), // mutant: C70.language-told
        addressIndex: indexes[0] as Buffer,
        budgetIndex: budget[0] as Buffer,
        country,
        kind,
        codeLength: code.code.length,
        codeHash: code.hash,
        pepperKeyId: code.pepperKeyId,
        codeSealed: domain.keyring.seal(code.code, codeContext(code.id)),
        maxSends: service.maxSends,
        ...source.of,
      }
    },
    isLandline: channel === 'sms' && isLandline(recipient),
    pickProvider: () => pickProvider(channel),
    refuseSlow: () => refuseWaiting(domain, { ...message, channel }, source.of.checkedBy),
    steps: () => waitingSteps(chosen, pickProvider),
  }
}

/**
 * Where the code comes from, and who compares it. Of a caller's own code nothing is compared here, so that it takes from
 * nobody's guesses.
 * @param fixed of a test recipient
 */
function codeSource(
  domain: Domain,
  service: ServicePolicy,
  { ownCode, codeLength, wire }: SendCommand,
  fixed: string | undefined,
): {
  plan: Pick<StartPlan, 'obtain' | 'maxGuesses'>
  of: Pick<NewVerification, 'maxAttempts' | 'checkedBy'> & Partial<NewVerification>
} {
  if (ownCode !== undefined)
    return {
      plan: { obtain: () => takeOwnCode(domain, ownCode), maxGuesses: 0 },
      // It allows no attempts, so an older node on the same database refuses every check as well.
      of: { maxAttempts: 0, checkedBy: 'caller' }, // mutant: C92.no-attempt
    }
  const length = fixed?.length ?? codeLength ?? service.codeLength
  const { maxAttempts } = service
  // To a test recipient nothing is sent, by nobody.
  if (wire?.checkedBy === 'twilio' && fixed === undefined)
    return {
      plan: { obtain: () => takeOwnCode(domain, ''), maxGuesses: maxAttempts },
      of: { maxAttempts, checkedBy: 'twilio', codeSealed: null },
    }
  return {
    plan: { obtain: () => obtainCode(domain, length, fixed), maxGuesses: maxAttempts },
    of: { maxAttempts, checkedBy: null },
  }
}

/** A decoy's as anybody's. The later steps of a chain are for later. */
async function refuseWaiting(
  { waitTooLong }: Domain,
  message: Parameters<Domain['waitTooLong']>[0],
  checkedBy: NewVerification['checkedBy'],
): Promise<Refusal | undefined> {
  // Twilio sends it.
  if (checkedBy === 'twilio') return undefined
  const wait = await waitTooLong(message)
  return wait ? refuseSlow(message.channel, wait) : undefined
}

function sessionSlot(
  { keyring }: Domain,
  service: string,
  command: SendCommand,
  recipient: Recipient,
): SessionSlot | null {
  const { purpose, session, authenticated, decoy, wire } = command
  if (wire?.isOneAtATime) {
    const parts = ['slot of a wire', service, wire.wire, recipient.address]
    return { slots: keyring.macs('session', parts), authenticated, decoy }
  }
  if (session === null) return null
  const parts = ['slot', service, purpose, recipient.address, session] // mutant: I13.continue-by-purpose
  return { slots: keyring.macs('session', parts), authenticated, decoy }
}
