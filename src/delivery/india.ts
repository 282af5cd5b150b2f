// Texts to India: carriers deliver only what is registered at them (TRAI's rules of 2018, "DLT"), by entity and template.
// It must not send these ids anywhere else.

import { type ProviderSetting, type SettingValues, wrong } from './provider-entry.ts'

/** Digits, as the carriers' portals show them. */
export type IndiaIds = { entityId: string; templateId: string | null }

export function indiaSettings(prefix: string): ProviderSetting[] {
  return [
    {
      name: `${prefix}_INDIA_ENTITY_ID`,
      description: 'For texts to India: your entity’s id (PE id) of the DLT registration',
      optional: true,
    },
    {
      name: `${prefix}_INDIA_TEMPLATE_ID`,
      description:
        'For texts to India: the id of the registered template. There is one: every text that goes there must match it',
      optional: true,
    },
  ]
}

/** Null: none are given. @throws ProviderSettingError */
export function readIndiaIds(values: SettingValues, prefix: string): IndiaIds | null {
  const [entity, template] = indiaSettings(prefix).map(({ name }) => name) as [string, string]
  for (const name of [entity, template])
    if (values[name] !== undefined && !/^\d{1,30}$/.test(values[name]))
      throw wrong(name, 'is not digits alone')
  const entityId = values[entity]
  if (entityId !== undefined) return { entityId, templateId: values[template] ?? null }
  if (values[template] !== undefined) throw wrong(entity, `is missing: ${template} is given`)
  return null
}

/** The ids for this recipient; null: it needs none, or none are given. */
export function indiaIdsFor(to: string, ids: IndiaIds | null): IndiaIds | null {
  return to.startsWith('+91') ? ids : null // mutant: C66.india-ids
}
