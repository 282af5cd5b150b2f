// What each of the shield's rules does, for the default service; services of a SERVICES_FILE may say otherwise.

import {
  SHIELD_MODES,
  SHIELD_RULES,
  type ShieldMode,
  type ShieldRule,
} from '../kernel/shield-rules.ts'
import { choice, type Setting } from './settings.ts'

const COUNTS: Record<ShieldRule, string> = {
  prefix: 'codes that nobody used, by block of 10,000 numbers',
  sequential: 'numbers of a block that are close together, none of them approved',
  country: 'codes that nobody used, by country',
  conversion: 'a country’s share of approved codes, far under its usual one',
  network: 'codes that nobody used, by network of the end user (/24, /48)',
  domain: 'codes that nobody used, by domain of an address',
  address: 'codes that nobody used, by address',
}

export const SHIELD_SETTINGS = Object.fromEntries(
  SHIELD_RULES.map((rule) => [
    rule,
    choice(
      `SHIELD_${rule.toUpperCase()}`,
      SHIELD_MODES,
      'record',
      `The rule \`${rule}\` (${COUNTS[rule]}): \`record\` records what it would have stopped; \`challenge\` asks such starts for a proof of work, and \`refuse\` refuses them, for a time that ends automatically; \`off\` counts nothing. See docs/shield.md`,
    ),
  ]),
) as Record<ShieldRule, Setting<ShieldMode> & { fallback: string }>
