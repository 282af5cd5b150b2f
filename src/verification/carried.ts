// Which codes a message of a channel can carry: asked before anything is sent or counted, at a start and for each other channel.
// It must not know a provider: a channel's bound is that of whoever carries it.

import type { Channel } from '../kernel/channel.ts'
import type { Keyring } from '../kernel/keyring.ts'
import { codeContext } from '../kernel/sealing.ts'
import type { Refusal, SendCommand } from './api.ts'
import type { ServicePolicy } from './policy.ts'
import { refuseFields } from './refuse.ts'
import type { VerificationRecord } from './state.ts'

/** Telegram's Gateway takes digits alone, and no more; a call spells digits. The others carry every code. */
const TAKES: Partial<Record<Channel, { code: RegExp; words: string }>> = {
  telegram: { code: /^\d{4,8}$/, words: '4 to 8 digits' },
  voice: { code: /^\d+$/, words: 'digits' },
}

/** Stands for a code that nobody has drawn yet, or may see. */
const digits = (length: number): string => '0'.repeat(length)

export const carries = (channel: Channel, code: string): boolean =>
  TAKES[channel]?.code.test(code) ?? true

export const carriesLength = (channel: Channel, length: number): boolean =>
  carries(channel, digits(length))

/** A caller's own code, or one as long as ours will be; null: nothing is sent, as to a test recipient. */
export function codeToCarry(
  service: ServicePolicy,
  { ownCode, codeLength }: Pick<SendCommand, 'ownCode' | 'codeLength'>,
  isTest: boolean,
): string | null {
  if (ownCode !== undefined) return ownCode
  return isTest ? null : digits(codeLength ?? service.codeLength)
}

/** @param asked of a start: by which field its caller can help it */
export function refuseUncarried(
  channel: Channel,
  code: string,
  asked: Pick<SendCommand, 'ownCode' | 'codeLength'> | null = null,
): Refusal | undefined {
  if (carries(channel, code)) return undefined // mutant: C66.uncarried-refused
  const words = `${channel} carries ${TAKES[channel]?.words} only`
  const isOurs = asked !== null && asked.ownCode === undefined
  if (isOurs && asked.codeLength !== null)
    return refuseFields([{ field: 'code_length', detail: `is ${code.length}: ${words}` }])
  const hint = isOurs ? `, and a code of this service has ${code.length}: give code_length` : ''
  return refuseFields([{ field: 'channel', detail: words + hint }])
}

/** Its code by another channel: undefined where that one can carry it. @throws UnknownKeyError */
export function refuseOtherChannel(
  keyring: Pick<Keyring, 'open'>,
  { id, channel: before, kind, checkedBy, codeLength, codeSealed }: VerificationRecord,
  channel: Channel,
): Refusal | undefined {
  if (channel === before) return undefined
  if (checkedBy === null)
    return kind === 'test' ? undefined : refuseUncarried(channel, digits(codeLength))
  return codeSealed === null
    ? undefined
    : refuseUncarried(channel, keyring.open(codeSealed, codeContext(id)))
}
