// The order of a channel's providers for one recipient: by the longest prefix of the number, by its country, else the default.
// Pure. It must not know a provider's state: rests.ts does.

export type RoutedProvider = { readonly name: string; readonly weight: number | null }
export type RouteRule = {
  /** E.164 with its plus: `+4478`. */
  readonly prefixes: readonly string[]
  /** ISO 3166-1 alpha-2. */
  readonly countries: readonly string[]
  readonly isDefault: boolean
  readonly providers: readonly RoutedProvider[]
}
/** Of one channel; each prefix, country and the default occur once. */
export type ChannelRoutes = readonly RouteRule[]

const lengthOfMatch = ({ prefixes }: RouteRule, to: string) =>
  Math.max(0, ...prefixes.filter((prefix) => to.startsWith(prefix)).map(({ length }) => length))

/** @returns undefined where no rule takes the recipient and there is no default */
export function chooseRoute(
  routes: ChannelRoutes,
  to: string,
  country: string | null,
): readonly RoutedProvider[] | undefined {
  const [longest] = routes.toSorted((a, b) => lengthOfMatch(b, to) - lengthOfMatch(a, to))
  if (longest && lengthOfMatch(longest, to) > 0) return longest.providers // mutant: C56.longest-prefix
  const ofCountry = routes.find(({ countries }) => country !== null && countries.includes(country))
  return (ofCountry ?? routes.find(({ isDefault }) => isDefault))?.providers
}

/**
 * The order for one send: as written, or drawn by weight, the heavier the earlier.
 * @param random in [0, 1)
 */
export function drawOrder(providers: readonly RoutedProvider[], random: () => number): string[] {
  if (providers.every(({ weight }) => weight === null)) return providers.map(({ name }) => name)
  const left = [...providers]
  const order: string[] = []
  while (left.length > 0) {
    const sum = left.reduce((total, { weight }) => total + (weight ?? 0), 0)
    let point = random() * sum
    const at = left.findIndex(({ weight }) => {
      point -= weight ?? 0
      return point < 0
    })
    // With a weight of nought it comes only where nobody else is left.
    const [drawn] = left.splice(Math.max(0, at), 1)
    if (drawn) order.push(drawn.name)
  }
  return order
}
