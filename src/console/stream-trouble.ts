// AUDIT_STREAM where it fails, as a note of the Health page, with the way out.

import { html } from 'hono/html'
import type { HealthReport } from '../admin/ports.ts'
import type { Html } from './shell.ts'
import { spanOf } from './words.ts'

export function streamTrouble({ auditStream, at }: HealthReport): Html | '' {
  if (!auditStream) return ''
  const { failingSince, error, lost } = auditStream
  const failing =
    failingSince === null
      ? ''
      : html`<p class="note bad"><code>AUDIT_STREAM</code> has accepted nothing for ${spanOf(at - failingSince)} (<code>${error}</code>). Events wait in the database and follow in order once it accepts them again.</p>`
  const missing =
    lost === 0
      ? ''
      : html`<p class="note warn"><code>AUDIT_STREAM</code> lacks ${lost} ${lost === 1 ? 'event that is' : 'events that are'} too long for a datagram. Use <code>syslog+tcp</code> or <code>syslog+tls</code>.</p>`
  return html`${failing}${missing}`
}
