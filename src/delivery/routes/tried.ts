// The providers that a send has tried, as its row keeps them: `twilio,vonage!`. A mark says refused for good: it is not asked
// again for this send. Without one a provider had its turn in this round.

const SEPARATOR = ','
const REFUSED = '!'

const split = (tried: string) => tried.split(SEPARATOR).filter((one) => one !== '')

export function hadTurn(tried: string, provider: string): boolean {
  return split(tried).some((one) => one === provider || one === provider + REFUSED)
}

export function hasRefused(tried: string, provider: string): boolean {
  return split(tried).includes(provider + REFUSED)
}

export function withTried(tried: string, provider: string, isRefused: boolean): string {
  const others = split(tried).filter((one) => one !== provider && one !== provider + REFUSED)
  return [...others, isRefused ? provider + REFUSED : provider].join(SEPARATOR)
}

/** What a new round begins with. */
export function forNewRound(tried: string): string {
  return split(tried)
    .filter((one) => one.endsWith(REFUSED))
    .join(SEPARATOR)
}
