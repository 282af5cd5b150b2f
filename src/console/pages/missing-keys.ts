// What lies under root keys that this node lacks, on the health page: each with the way out.
// It must not show anything of a key but its id.

import { html } from 'hono/html'
import type { HealthReport } from '../../admin/ports.ts'
import { adviseOnMissing } from '../../factors/root-keys.ts'
import type { Html } from './shell.ts'

export function missingKeys({ underMissing }: HealthReport): Html {
  const rows = underMissing ?? []
  return html`${rows.map((row) => html`<p class="note bad">${adviseOnMissing(row)}</p>`)}`
}
