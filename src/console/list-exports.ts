// Exports of the lists that are read whole: keys and settings. By HTTP and by command they are JSON already.
// It must not hold a key's text, nor a secret of the settings.

import type { ApiKeyRecord } from '../access/ports.ts'
import type { ExportSource } from '../admin/export.ts'
import type { SettingsAdmin } from '../admin/settings.ts'
import { toWireKey, WireApiKey } from '../http/schemas/keys.ts'
import { Setting, toWireSetting } from '../http/schemas/settings.ts'

const OF_NOBODY = { isPlain: false, budgetIndex: null }

export const keysExport = (keys: readonly ApiKeyRecord[], now: number): ExportSource => ({
  list: 'keys',
  ...OF_NOBODY,
  columns: Object.keys(WireApiKey.shape),
  read: async () => ({
    rows: keys.map((record) => ({ fields: toWireKey(record, now), cursor: null })),
    next: null,
  }),
})

/** @param pages each made when it is written: a thousand services have fifty thousand rows */
export const settingsExport = (pages: ReturnType<SettingsAdmin['exported']>): ExportSource => ({
  list: 'settings',
  ...OF_NOBODY,
  columns: ['service', ...Object.keys(Setting.shape)],
  async read(after) {
    const place = Number(after ?? 0)
    const { service = null, rows = [] } = pages[place]?.() ?? {}
    return {
      rows: rows.map((row) => ({ fields: { service, ...toWireSetting(row) }, cursor: null })),
      next: place + 1 < pages.length ? String(place + 1) : null,
    }
  },
})
