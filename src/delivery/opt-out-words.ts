// The words by which people opt out of texts and in again, as carriers read them (CTIA's messaging principles, Twilio's defaults).
// It must not find one in a sentence: "stop by at six" is none.

import type { OptOut } from './receipts/ports.ts'

const WORDS: ReadonlyMap<string, OptOut['kind']> = new Map([
  ['CANCEL', 'stop'],
  ['END', 'stop'],
  ['OPTOUT', 'stop'],
  ['QUIT', 'stop'],
  ['REVOKE', 'stop'],
  ['STOP', 'stop'],
  ['STOPALL', 'stop'],
  ['UNSUBSCRIBE', 'stop'],
  ['START', 'start'],
  ['UNSTOP', 'start'],
  ['YES', 'start'],
])

/** @param text of the whole message. Undefined: it is something else */
export function readOptOutWord(text: string): OptOut['kind'] | undefined {
  return WORDS.get(text.replace(/[^A-Za-z]/g, '').toUpperCase())
}
