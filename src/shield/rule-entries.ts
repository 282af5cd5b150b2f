// The entry that a rule in force makes for what it noticed: it ends automatically, and is ended early as any other.

import type { ShieldMode, ShieldRule } from '../kernel/shield-rules.ts'
import type { Fact } from './facts.ts'
import type { Stop } from './judge.ts'
import type { EntryToWrite } from './lists.ts'
import { POLICY } from './rules.ts'

/** For admins. */
const REASONS: Readonly<Record<ShieldRule, string>> = {
  prefix: 'many codes to this block of numbers that nobody used',
  sequential: 'numbers of this block one after the other, none of them approved',
  country: 'many codes to this country that nobody used',
  conversion: 'far fewer codes to this country are used than usual',
  network: 'many codes for this network that nobody used',
  domain: 'many codes to this domain that nobody used',
  address: 'many codes to this address that nobody used',
}

const NOBODY = { keyId: null, clientIp: null, userAgent: null }

/** @returns undefined where nothing is stopped, or no longer */
export function entryOf(
  { rule, service, value, until, strikes }: Stop,
  fact: Pick<Fact, 'recipient'>,
  about: { mode: ShieldMode; now: number },
): EntryToWrite | undefined {
  const { mode, now } = about
  if (mode === 'off' || mode === 'record' || until <= now) return undefined // mutant: C84.record-stops-nothing
  const again = strikes > 1 ? ` (${strikes} times)` : ''
  return {
    ...{ service, effect: mode, by: POLICY[rule].by, rule, endsAt: until, actor: NOBODY },
    isShared: false,
    // A level has an address under a keyed hash.
    value: rule === 'address' ? fact.recipient : value,
    reason: `${REASONS[rule]}${again}`,
  }
}
