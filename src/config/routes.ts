// The text of a channel's route: `IN, BD -> infobip, twilio; +4478 -> vonage; default -> twilio*70, vonage*30`, or a bare list.
// It must not know which providers are configured: providers.ts compares the names.

import { isSupportedCountry } from 'libphonenumber-js/max'
import type { ChannelRoutes, RoutedProvider, RouteRule } from '../delivery/routes/routes.ts'
import { type Parser, parseList, SettingError } from './parsers.ts'

const DEFAULT = 'default'
const ARROW = '->'
/** E.164: at most 15 digits. */
const PREFIX = /^\+[1-9]\d{0,14}$/
const PROVIDER = /^([a-z][a-z0-9_]*(?::[a-z0-9_]+)?)(?:\s*\*\s*(\d{1,4}))?$/
/** More than the registry has for any channel. */
const MAX_PROVIDERS = 20

function parseProvider(text: string): RoutedProvider {
  const [, name, weight] = PROVIDER.exec(text) ?? []
  if (name === undefined)
    throw new SettingError(`"${text}" is not a provider like twilio, or twilio*70 with a weight`)
  return { name, weight: weight === undefined ? null : Number(weight) }
}

function parseProviders(text: string): RoutedProvider[] {
  const providers = parseList(parseProvider)(text)
  const names = providers.map(({ name }) => name)
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice !== undefined) throw new SettingError(`lists ${twice} twice in "${text.trim()}"`)
  if (providers.length === 0 || providers.length > MAX_PROVIDERS)
    throw new SettingError(`a route names 1 to ${MAX_PROVIDERS} providers, not ${providers.length}`)
  const weighted = providers.filter(({ weight }) => weight !== null)
  if (weighted.length > 0 && weighted.length < providers.length)
    throw new SettingError(`give each provider in "${text.trim()}" a weight, or none`)
  if (weighted.length > 0 && weighted.every(({ weight }) => weight === 0))
    throw new SettingError(`every weight in "${text.trim()}" is 0`)
  return providers
}

function parseRule(text: string): RouteRule {
  const [left = '', right, ...more] = text.split(ARROW)
  if (right === undefined || more.length > 0)
    throw new SettingError(`"${text.trim()}" is not like IN, BD ${ARROW} infobip, twilio`)
  const places = parseList((item) => item)(left.trim())
  const prefixes = places.filter((place) => place.startsWith('+'))
  const others = places.filter((place) => !place.startsWith('+'))
  const countries = others.filter((place) => place !== DEFAULT).map((place) => place.toUpperCase())
  const wrong = [
    ...prefixes.filter((prefix) => !PREFIX.test(prefix)),
    ...countries.filter((country) => !isSupportedCountry(country)),
  ]
  if (wrong.length > 0 || places.length === 0)
    throw new SettingError(
      `${wrong.map((one) => `"${one}"`).join(', ') || `"${text.trim()}"`} is neither a country like IN, a prefix like +4478, nor ${DEFAULT}`,
    )
  const isDefault = others.includes(DEFAULT)
  return { prefixes, countries, isDefault, providers: parseProviders(right) }
}

/** A place in two rules would make the order of the rules matter. */
function refuseTwins(rules: readonly RouteRule[]): void {
  const places = rules.flatMap(({ prefixes, countries, isDefault }) => [
    ...prefixes,
    ...countries,
    ...(isDefault ? [DEFAULT] : []),
  ])
  const twice = places.find((place, at) => places.indexOf(place) !== at)
  if (twice !== undefined) throw new SettingError(`${twice} has two routes`)
}

export const parseRoutes: Parser<ChannelRoutes> = (text) => {
  if (!text.includes(ARROW) && !text.includes(';'))
    return [{ prefixes: [], countries: [], isDefault: true, providers: parseProviders(text) }]
  const rules = text
    .split(';')
    .filter((rule) => rule.trim() !== '')
    .map(parseRule)
  refuseTwins(rules)
  return rules
}
