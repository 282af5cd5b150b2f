// How much of a whole, as a bar.
// It must not be the only one to say so: a number stands beside it.

import { html } from 'hono/html'
import type { Html } from './shell.ts'

const PERCENT = 100

export const BAR_STYLE = `
.bar { display: block; width: 100%; height: 4px; background: var(--line) } .bar rect { fill: var(--ink) } .bar.warn rect { fill: var(--warn) } .bar.bad rect { fill: var(--bad) }
`

/** An attribute draws it: a style of its own would need a wider policy. @param share 0 to 1; more is full */
export function bar(share: number, state: '' | 'warn' | 'bad' = ''): Html {
  const width = Math.round(Math.min(1, share) * PERCENT)
  return html`<svg class="bar ${state}" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"><rect width="${width}" height="4"/></svg>`
}
