// How much room a text takes as an SMS: GSM-7 or UCS-2, and in how many parts (3GPP TS 23.038, 23.040).
// It must not change the text; what is counted is what is sent.

/** 3GPP TS 23.038 §6.2.1, the default alphabet; each is one septet. */
const GSM_BASIC = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?' +
    '¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
)
/** §6.2.1.1, the extension table: an escape and a septet. */
const GSM_EXTENDED = new Set('\f^{}\\[~]|€')

/** 140 octets: 160 septets or 70 UTF-16 units; a part of several loses 6 octets to the header. */
const ROOM = { gsm: { single: 160, part: 153 }, ucs2: { single: 70, part: 67 } } as const

export type SmsSize = { encoding: 'GSM-7' | 'UCS-2'; units: number; segments: number }

export function measureSms(text: string): SmsSize {
  let septets = 0
  for (const character of text) {
    if (GSM_BASIC.has(character)) septets += 1
    else if (GSM_EXTENDED.has(character)) septets += 2
    else return { encoding: 'UCS-2', units: text.length, segments: count(text.length, ROOM.ucs2) }
  }
  return { encoding: 'GSM-7', units: septets, segments: count(septets, ROOM.gsm) }
}

/** A pair that would be torn moves to the next part, so a long text may take one part more than this. */
function count(units: number, room: { single: number; part: number }): number {
  return units <= room.single ? 1 : Math.ceil(units / room.part)
}
