// The settings in force and the services, for the page, the API and its export: a service with its keys and its purposes.
// It must not show an admin of one service another one's, nor the settings of the process.

import type { ApiKeyRecord } from '../access/ports.ts'
import type { Clock } from '../kernel/clock.ts'
import type { ShownSetting } from '../kernel/shown-setting.ts'
import type { ServicePolicy } from '../verification/policy.ts'
import { type KeyAdmin, type KeyState, stateOf } from './keys.ts'
import type { Admin } from './ports.ts'
import type { Summaries } from './summary.ts'

export type SettingsSource = {
  process: readonly ShownSetting[]
  /** Undefined: there is no such service. */
  ofService(name: string): readonly ShownSetting[] | undefined
}

/** Keys that were made; `API_KEY` and `ADMIN_KEY` are not among them. */
export type KeyNumbers = Record<KeyState, number>

export type ListedService = { policy: ServicePolicy; keys: KeyNumbers }
export type ServiceSettings = ListedService & {
  settings: readonly ShownSetting[]
  /** Of the starts of 30 days, the most frequent first. */
  purposes: { name: string; started: number }[]
}

export type SettingsAdmin = ReturnType<typeof createSettingsAdmin>

type Reach = Pick<Admin, 'service'>

function countKeys(records: readonly ApiKeyRecord[], now: number): KeyNumbers {
  const numbers = { active: 0, ended: 0, revoked: 0 }
  for (const record of records) numbers[stateOf(record, now)] += 1
  return numbers
}

/** @throws StoreUnavailableError everywhere */
export function createSettingsAdmin(deps: {
  source: SettingsSource
  services: ReadonlyMap<string, ServicePolicy>
  keys: Pick<KeyAdmin, 'list'>
  summaries: Summaries
  clock: Clock
}) {
  const { source, keys, clock } = deps
  const visible = ({ service }: Reach) =>
    [...deps.services.values()].filter(({ name }) => (service ?? name) === name)

  return {
    /** Null: not for an admin of one service. */
    ofProcess: ({ service }: Reach) => (service === null ? source.process : null), // mutant: C35.settings-of-process

    async services(admin: Reach): Promise<ListedService[]> {
      const byService = Map.groupBy(await keys.list(admin), ({ service }) => service)
      return visible(admin).map((policy) => ({
        policy,
        keys: countKeys(byService.get(policy.name) ?? [], clock.now()),
      }))
    },

    /** Undefined: there is no such service, or it is another one's. */
    async service(admin: Reach, name: string): Promise<ServiceSettings | undefined> {
      const policy = visible(admin).find((one) => one.name === name)
      const settings = policy && source.ofService(name)
      if (!policy || !settings) return undefined
      const query = { service: name, span: '30d', by: 'purpose', only: null } as const
      const [records, { groups }] = await Promise.all([
        keys.list({ service: name }),
        deps.summaries.of(query),
      ])
      const used = groups.filter(({ now }) => now.started > 0)
      const purposes = used.map(({ value, now }) => ({ name: value, started: now.started }))
      return { policy, settings, keys: countKeys(records, clock.now()), purposes }
    },

    /** The process's, where the admin sees them, then each service's: a page of an export each. */
    exported(admin: Reach): (() => { service: string | null; rows: readonly ShownSetting[] })[] {
      const own = admin.service === null ? [() => ({ service: null, rows: source.process })] : []
      const each = visible(admin).map(({ name }) => () => ({
        ...{ service: name, rows: source.ofService(name) ?? [] },
      }))
      return [...own, ...each]
    },
  }
}
