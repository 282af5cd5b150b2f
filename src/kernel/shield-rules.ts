// The names of the shield's rules, and what a rule may do: for settings, the log and the pages.

export const SHIELD_RULES = [
  'prefix',
  'sequential',
  'country',
  'conversion',
  'network',
  'domain',
  'address',
] as const
export type ShieldRule = (typeof SHIELD_RULES)[number]

/** `record`: what would have been stopped is written, and nothing is stopped. */
export const SHIELD_MODES = ['off', 'record', 'challenge', 'refuse'] as const
export type ShieldMode = (typeof SHIELD_MODES)[number]
export type ShieldModes = Readonly<Record<ShieldRule, ShieldMode>>
