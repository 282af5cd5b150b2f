// Money as whole millionths of a currency: sums of many small prices stay exact.
// It must not become a fraction of binary floating point on the way.

const MICROS = 1_000_000
const PLACES = 6
/** Up to a million, with up to six places. */
const AMOUNT = /^(\d{1,6})(?:\.(\d{1,6}))?$/

/** `0.0079`; undefined for anything else, a sign or an exponent included. */
export function parseMicros(text: string): number | undefined {
  const [, whole, fraction = ''] = AMOUNT.exec(text) ?? []
  if (whole === undefined) return undefined
  return Number(whole) * MICROS + Number(fraction.padEnd(PLACES, '0'))
}

/** As providers write amounts: more places, which are rounded. */
const LONG_AMOUNT = /^\d{1,6}(?:\.\d{1,20})?$/

/** `0.00750000`, `0.0333`; undefined for anything else. */
export function roundToMicros(text: string): number | undefined {
  return LONG_AMOUNT.test(text) ? Math.round(Number(text) * MICROS) : undefined
}

/** `31.20 EUR, 4.00 USD`; '' where there is none. */
export const formatSums = (sums: readonly { micros: number; currency: string }[]): string =>
  sums.map(({ micros, currency }) => `${formatMicros(micros)} ${currency}`).join(', ')

/** `0.0079`, `12.50`: two places at least. */
export function formatMicros(micros: number): string {
  const whole = Math.floor(micros / MICROS)
  const fraction = String(micros % MICROS).padStart(PLACES, '0')
  return `${whole}.${fraction.replace(/0{1,4}$/, '')}`
}
