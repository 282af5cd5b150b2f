// The settings of the login flows and of the process, on the page of Health.
// It must not show a secret, nor anything from outside unescaped.

import { html } from 'hono/html'
import type { ShownSetting } from '../kernel/shown-setting.ts'
import type { ServicePolicy } from '../verification/policy.ts'
import type { Html } from './shell.ts'
import { numbers, table } from './table.ts'
import { spanOf } from './words.ts'

const named = (countries: readonly string[] | '*') =>
  countries === '*' ? 'all' : countries.join(', ') || 'none'

function countriesOf({ channels, allowedCountries, voiceCountries }: ServicePolicy): string {
  const calls = channels.includes('voice') ? `; calls: ${named(voiceCountries)}` : ''
  return `${named(allowedCountries)}${calls}`
}

export function loginFlows(services: readonly ServicePolicy[]): Html {
  return table({
    caption: 'The login flows',
    columns: [
      ...['Service', 'Brand', 'Code'],
      ...numbers('Wrong codes', 'Messages'),
      ...['Channels', 'Countries'],
    ],
    rows: services.map((one) => [
      html`<a href="/admin/verifications?${new URLSearchParams({ service: one.name }).toString()}">${one.name}</a>`,
      one.brandName,
      `${one.codeLength} digits, ${spanOf(one.ttlSeconds * 1000)}`,
      `at most ${one.maxAttempts}`,
      `at most ${one.maxSends}`,
      one.channels.join(', '),
      countriesOf(one),
    ]),
  })
}

const ORIGINS = {
  environment: 'environment',
  file: 'file',
  default: 'default',
  made: 'generated here',
  unset: 'not set',
} as const

function settingValue({ value, origin }: ShownSetting): Html {
  if (origin === 'unset') return html`<span class="soft">–</span>`
  if (value === null) return html`<span class="soft">set, hidden</span>`
  return value === ''
    ? html`<span class="soft">empty</span>`
    : html`<span class="value">${value}</span>`
}

export function settingsOf(settings: readonly ShownSetting[]): Html {
  const groups = [...new Set(settings.map(({ group }) => group))]
  return html`${groups.map((group) => {
    const rows = settings.filter((setting) => setting.group === group)
    const changed = rows.filter(({ origin }) => origin !== 'default' && origin !== 'unset').length
    return html`<details><summary>${group} <span class="soft">${changed} of ${rows.length} set</span></summary>${table(
      {
        caption: group,
        columns: ['Name', 'Value', 'From'],
        rows: rows.map((row) => [
          html`<code>${row.name}</code>`,
          settingValue(row),
          ORIGINS[row.origin],
        ]),
      },
    )}</details>`
  })}`
}
