// The pages under "Refusals and abuse": who was refused, where abuse may be, and the lists that stop it.

import { html } from 'hono/html'
import type { Html } from './shell.ts'

const TABS = { refusals: 'Refusals', abuse: 'Abuse', shield: 'Shield', lists: 'Lists' } as const
export type Tab = keyof typeof TABS

export const TAB_STYLE = `
.tabs { display: flex; gap: var(--s4); border-bottom: 1px solid var(--line) } .tabs a { padding: var(--s1) 0; color: var(--soft); text-decoration: none } .tabs a:hover { color: var(--ink) } .tabs a[aria-current] { color: var(--ink); border-bottom: 2px solid var(--mark); margin-bottom: -1px }
`

export function tabs(current: Tab): Html {
  const links = Object.entries(TABS).map(([name, label]) => {
    const here = name === current ? html` aria-current="page"` : ''
    return html`<a href="/admin/${name}"${here}>${label}</a>`
  })
  return html`<nav class="tabs" aria-label="Refusals and abuse">${links}</nav>`
}
