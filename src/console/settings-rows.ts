// Rows of settings, each with what it is for and where it comes from; and the table of the services.
// It must not show a secret, nor anything from outside unescaped.

import { html } from 'hono/html'
import type { ListedService } from '../admin/settings.ts'
import { isSet, ORIGIN_WORDS, type ShownSetting } from '../kernel/shown-setting.ts'
import type { ServicePolicy } from '../verification/policy.ts'
import type { Html } from './shell.ts'
import { numbers, table } from './table.ts'
import { spanOf } from './words.ts'

export const ROWS_STYLE = `
.settings { display: grid; gap: var(--s1) } .settings.open { gap: var(--s6) } .settings > details > summary { cursor: pointer; font-weight: 600; padding: var(--s2) 0 } .settings details > summary + * { margin-top: var(--s2) } .set tbody th { white-space: normal }
.of { font-size: var(--t2); font-weight: 400; color: var(--soft); max-width: 46rem } .value { font-family: var(--mono); font-size: .93em; overflow-wrap: anywhere } .whole { white-space: nowrap } .services td { overflow-wrap: break-word } .services tbody th { white-space: normal; overflow-wrap: anywhere; min-width: 9rem }
@media (min-width: 46.01rem) { .set table { table-layout: fixed } .set thead th:first-child { width: 52% } .set thead th:last-child { width: 9.5rem } }
@media (max-width: 46rem) { .set .stack tr { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0 var(--s3) } .set .stack th { grid-column: 1 / 3 } .set .stack td { justify-content: start; text-align: left } .set .stack td::before { content: none } .set .stack td:last-child { color: var(--soft) } }
`

/** As the documentation has it: `names` between backticks. */
const described = (text: string): Html =>
  html`${text.split('`').map((part, place) => (place % 2 === 1 ? html`<code>${part}</code>` : part))}`

/** `5/600` of a limit. */
const LIMIT = /^(?<max>\d+)\/(?<seconds>\d+)$/

function inWords({ name, value }: ShownSetting): Html | '' {
  const { max, seconds } = (/^limits\.|^LIMIT_/.test(name) && LIMIT.exec(value ?? '')?.groups) || {}
  if (max === undefined) return ''
  return html` <span class="soft">${max} in ${spanOf(Number(seconds) * 1000)}</span>`
}

function settingValue(one: ShownSetting): Html {
  const { value, origin } = one
  if (origin === 'unset') return html`<span class="soft">–</span>`
  if (value === null) return html`<span class="soft">set, hidden</span>`
  return value === ''
    ? html`<span class="soft">empty</span>`
    : html`<span><span class="value">${value}</span>${inWords(one)}</span>`
}

export function settingsTable(caption: string, rows: readonly ShownSetting[]): Html {
  return table({
    caption,
    columns: ['Name', 'Value', 'From'],
    rows: rows.map((row) => [
      html`<code>${row.name}</code><p class="of">${described(row.description)}</p>`,
      settingValue(row),
      ORIGIN_WORDS[row.origin],
    ]),
  })
}

/** @param fold each group, closed, where the reader comes for one of many */
export function settingGroups(settings: readonly ShownSetting[], fold: boolean): Html {
  const groups = Map.groupBy(settings, ({ group }) => group)
  const parts = [...groups].map(([group, rows]) => {
    const where = html`<p class="soft">Documentation: <code>${rows[0]?.documentation}</code></p>`
    if (!fold) return html`<section><h2>${group}</h2>${settingsTable(group, rows)}</section>`
    const count = `${rows.filter(isSet).length} of ${rows.length} set`
    return html`<details><summary>${group} <span class="soft">${count}</span></summary>${where}${settingsTable(group, rows)}</details>`
  })
  return html`<div class="settings set${fold ? '' : ' open'}">${parts}</div>`
}

const named = (countries: readonly string[] | '*') =>
  countries === '*' ? 'all' : countries.join(', ') || 'none'

function countriesOf({ channels, allowedCountries, voiceCountries }: ServicePolicy): string {
  const calls = channels.includes('voice') ? `; calls: ${named(voiceCountries)}` : ''
  return `${named(allowedCountries)}${calls}`
}

const serviceAddress = (name: string) =>
  `/admin/settings?${new URLSearchParams({ service: name }).toString()}`

/** More are folded: the settings are below them. */
const MANY_SERVICES = 25

export function servicesTable(services: readonly ListedService[]): Html {
  const all = table({
    caption: 'Services',
    isWide: true,
    columns: [
      ...['Service', 'Brand', 'Code'],
      ...numbers('Wrong codes', 'Messages'),
      ...['Channels', 'Countries'],
      ...numbers('Webhooks', 'Active keys'),
    ],
    rows: services.map(({ policy: one, keys }) => [
      html`<a href="${serviceAddress(one.name)}">${one.name}</a>`,
      one.brandName,
      html`<span class="whole">${one.codeLength} digits, ${spanOf(one.ttlSeconds * 1000)}</span>`,
      one.maxAttempts,
      one.maxSends,
      one.channels.join(', ') || 'none',
      countriesOf(one),
      one.webhooks.length,
      keys.active,
    ]),
  })
  const shown = html`<div class="services">${all}</div>`
  if (services.length <= MANY_SERVICES) return shown
  return html`<details><summary>${services.length} services</summary>${shown}</details>`
}
