// How a network carries a text: in the letters of GSM-7 or in UCS-2, in one part or in several (3GPP TS 23.038, 23.040).

import type { SmsSize } from '../ports.ts'

/** 3GPP TS 23.038 §6.2.1, the default alphabet; each is one septet. */
const GSM_BASIC = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?' +
    '¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
)
/** §6.2.1.1, the extension table: an escape and a septet. */
const GSM_EXTENDED = new Set('\f^{}\\[~]|€')

/** 140 octets: 160 septets or 70 UTF-16 units; a part of several loses 6 octets to the header. */
const ROOM = { 'GSM-7': { single: 160, part: 153 }, 'UCS-2': { single: 70, part: 67 } } as const

const isGsm = (character: string) => GSM_BASIC.has(character) || GSM_EXTENDED.has(character)

/** `starts`: where in the text each part begins. */
export type SplitSms = SmsSize & { starts: readonly number[] }

export function splitSms(text: string): SplitSms {
  const characters = [...text]
  const encoding = characters.every(isGsm) ? 'GSM-7' : 'UCS-2'
  // Neither an escape and its septet nor a surrogate pair is torn apart (23.040 §9.2.3.24.1).
  const sizeOf = (one: string) =>
    encoding === 'UCS-2' ? one.length : GSM_EXTENDED.has(one) ? 2 : 1
  const units = characters.reduce((sum, one) => sum + sizeOf(one), 0)
  const starts = [0]
  const { single, part } = ROOM[encoding]
  if (units <= single) return { encoding, units, parts: 1, starts }
  let [index, used] = [0, 0]
  for (const one of characters) {
    if (used + sizeOf(one) > part) {
      starts.push(index)
      used = 0
    }
    used += sizeOf(one) // mutant: C58.extended-two-septets
    index += one.length
  }
  return { encoding, units, parts: starts.length, starts }
}

export function measureSms(text: string): SmsSize {
  const { encoding, units, parts } = splitSms(text)
  return { encoding, units, parts }
}
