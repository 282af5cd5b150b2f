// SERVICES_FILE: several services as JSON; the default service of the environment supplies what each leaves out.

import { z } from 'zod'
import { CHANNELS } from '../kernel/channel.ts'
import { findDuplicateKeys } from '../kernel/duplicate-keys.ts'
import type { ServicePolicy } from '../verification/policy.ts'
import {
  type Carriers,
  type ConfiguredProvider,
  type ConfiguredRoutes,
  carriersOf,
  describeRoute,
} from './providers.ts'
import type { Reader } from './reader.ts'
import { type ServiceEntry, serviceEntry, toPolicy } from './service-entry.ts'
import { without } from './without.ts'

export type ServicesResult =
  | {
      ok: true
      services: Map<string, ServicePolicy>
      /** Of those that have routes of their own. */
      routes: Map<string, ConfiguredRoutes>
      /** What each entry gives: `code_length`, `limits.check_per_ip`, `shield.prefix`, `routes.sms`. */
      given: Map<string, ReadonlySet<string>>
    }
  /** Each begins with its path: `services.checkout.code_length: …`. */
  | { ok: false; problems: string[] }

const SERVICE_NAME = /^[a-z][a-z0-9_-]{0,62}$/
const MAX_SERVICES = 1000

const servicesFileSchema = z.strictObject({
  $schema: z.string().optional(),
  services: z
    .record(z.string().regex(SERVICE_NAME, 'is not a name like checkout or my-app'), serviceEntry)
    .refine((all) => Object.keys(all).length > 0, 'is empty')
    .refine((all) => Object.keys(all).length <= MAX_SERVICES, `has more than ${MAX_SERVICES}`),
})

/** Zod names an unknown key only in its message; here the key is part of the path. */
function describeIssue(issue: z.core.$ZodIssue): string[] {
  const path = issue.path.map(String)
  const line = (full: string[], message: string) => `${full.join('.') || 'the file'}: ${message}`
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => line([...path, key], 'there is no such setting'))
  if (issue.code === 'invalid_key' || issue.code === 'invalid_element')
    return issue.issues.map((inner) => line(path, inner.message))
  return [line(path, issue.message)]
}

/** A start by a channel without a provider would be accepted, and its message would fail. */
function describeUncarried(name: string, entry: ServiceEntry, base: ServicePolicy): string[] {
  const missing = entry.channels?.filter((channel) => !base.channels.includes(channel)) ?? []
  const open = entry.channels ?? base.channels
  const left = entry.chain?.filter(({ channel }) => !open.includes(channel)) ?? []
  const problems = left.map(
    ({ channel }) =>
      `services.${name}.chain: ${channel} is not among the channels of this service (${open.join(', ') || 'none'})`,
  )
  const uncarried = missing.map(
    (channel) =>
      `services.${name}.channels: no provider carries ${channel} (carried: ${base.channels.join(', ') || 'none'})`,
  )
  return [...uncarried, ...problems]
}

function describeRoutes(name: string, entry: ServiceEntry, carriers: Carriers): string[] {
  return CHANNELS.flatMap((channel) => {
    const given = entry.routes?.[channel]
    const problem = given && describeRoute(given, channel, carriers)
    return problem === undefined ? [] : [`services.${name}.routes.${channel}: ${problem}`]
  })
}

/** An approval by one of them would be valid at the other. */
function describeSameAudience(services: ReadonlyMap<string, ServicePolicy>): string[] {
  const owners = new Map<string, string>()
  const problems: string[] = []
  for (const { name, approvalAudience } of services.values()) {
    const owner = owners.get(approvalAudience)
    if (owner === undefined) owners.set(approvalAudience, name)
    else
      problems.push(
        `services.${name}.approval_audience: ${approvalAudience} is the audience of ${owner}, too; give each its own`,
      )
  }
  return problems
}

/** Limits, rules of the shield and routes are given one by one; everything else replaces what the settings say. */
function givenBy({ limits, shield, routes, ...entry }: ServiceEntry): ReadonlySet<string> {
  const namesOf = (part: object = {}) => Object.keys(without(part))
  return new Set([
    ...namesOf(entry),
    ...namesOf(limits).map((name) => `limits.${name}`),
    ...namesOf(shield).map((name) => `shield.${name}`),
    ...namesOf(routes).map((name) => `routes.${name}`),
  ])
}

/**
 * @param base the default service: supplies what an entry leaves out
 * @param carriers of the configured providers, for routes
 * @returns every problem at once, or the services by name
 */
export function parseServices(
  text: string,
  base: ServicePolicy,
  carriers: Carriers,
): ServicesResult {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    // The parser quotes the text; only the place is reported.
    const place = /line \d+ column \d+/.exec((error as Error).message)?.[0]
    return { ok: false, problems: [`is not valid JSON${place ? ` (${place})` : ''}`] }
  }
  const twice = findDuplicateKeys(text).map((path) => `${path}: is given twice; remove one of them`)
  const result = servicesFileSchema.safeParse(json)
  const issues = result.success ? [] : result.error.issues.flatMap(describeIssue)
  if (!result.success || twice.length > 0) return { ok: false, problems: [...twice, ...issues] }
  const entries = Object.entries(result.data.services)
  const uncarried = entries.flatMap(([name, entry]) => [
    ...describeUncarried(name, entry, base),
    ...describeRoutes(name, entry, carriers),
  ])
  if (uncarried.length > 0) return { ok: false, problems: uncarried }
  const services = new Map(entries.map(([name, entry]) => [name, toPolicy(name, entry, base)]))
  const same = describeSameAudience(services)
  if (same.length > 0) return { ok: false, problems: same }
  return {
    ok: true,
    services,
    routes: new Map(
      entries.flatMap(([name, entry]) => (entry.routes ? [[name, without(entry.routes)]] : [])),
    ),
    given: new Map(entries.map(([name, entry]) => [name, givenBy(entry)])),
  }
}

type ReadServices = Omit<Extract<ServicesResult, { ok: true }>, 'ok'>

/** Without a file: the default service alone. */
export function readServices(
  text: string | undefined,
  base: ServicePolicy,
  providers: readonly ConfiguredProvider[],
  reader: Reader,
): ReadServices {
  const alone = { services: new Map([[base.name, base]]), routes: new Map(), given: new Map() }
  if (text === undefined) return alone
  const result = parseServices(text, base, carriersOf(providers))
  if (result.ok) return result
  for (const problem of result.problems) reader.note('SERVICES_FILE', problem)
  return alone
}
