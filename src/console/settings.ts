// GET /admin/settings: the services, and the settings in force with where each comes from; with ?service= those of one.
// It must not show a secret, nor an admin of one service the settings of the process.

import { html } from 'hono/html'
import { KEY_STATES } from '../admin/keys.ts'
import type { ListedService, ServiceSettings } from '../admin/settings.ts'
import { isSet, type ShownSetting } from '../kernel/shown-setting.ts'
import { answerForm, EXPORT_STYLE, exportForm } from './exports.ts'
import { settingsExport } from './list-exports.ts'
import { type ConsoleDeps, type Pages, say } from './page-route.ts'
import { ROWS_STYLE, servicesTable, settingGroups, settingsTable } from './settings-rows.ts'
import { type Html, type SignedInPage, shell } from './shell.ts'

const PATH = '/admin/settings'
const STYLE = ROWS_STYLE + EXPORT_STYLE

const to = (path: string, query: Record<string, string>, text: Html | string | number) =>
  html`<a href="${path}?${new URLSearchParams(query).toString()}">${text}</a>`

function keysOf(page: SignedInPage, { keys, policy }: ServiceSettings): Html {
  const shown = KEY_STATES.map((state, place) => {
    const words = `${keys[state]} ${state}`
    const isLinked = keys[state] > 0 && page.session.access.scopes.has('admin')
    const part = isLinked ? to('/admin/keys', { service: policy.name, state }, words) : words
    return html`${place === 0 ? '' : ', '}${part}`
  })
  return html`${shown}`
}

function purposesOf({ purposes, policy }: ServiceSettings): Html {
  if (purposes.length === 0) return html`<span class="soft">no start in 30 days</span>`
  const words = purposes.map(({ name, started }) => `${name} (${started.toLocaleString('en')})`)
  const query = { service: policy.name, by: 'purpose', span: '30d' }
  return to('/admin/overview', query, words.join(', '))
}

function serviceBody(page: SignedInPage, found: ServiceSettings): Html {
  const service = found.policy.name
  const facts: [string, Html | string][] = [
    ['Keys', keysOf(page, found)],
    ['Purposes, 30 days', purposesOf(found)],
    ['Webhooks', to('/admin/webhooks', { service }, String(found.policy.webhooks.length))],
    [
      'Its pages',
      html`${to('/admin/verifications', { service }, 'Verifications')}, ${to('/admin/texts', { service }, 'Texts')}`,
    ],
  ]
  const back = page.admin.service === null ? html`<a href="${PATH}">All services</a>` : ''
  return html`<div class="head"><h1>Service <bdi>${service}</bdi></h1>${back}</div>
<dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
<p class="soft">Its own entry in <code>SERVICES_FILE</code> comes first, then the settings, then the default. What each means: <code>docs/services.md</code></p>
${settingGroups(found.settings, false)}
${exportForm(page, PATH, { service }, { canName: false })}`
}

function allBody(
  page: SignedInPage,
  services: readonly ListedService[],
  settings: readonly ShownSetting[],
): Html {
  return html`<div class="head"><h1>Settings</h1></div>
<section><h2>Services</h2>${servicesTable(services)}</section>
<section class="set"><h2>Set on this node</h2><p class="soft">As it read them at its start; secrets are hidden. Changes need a restart.</p>${settingsTable('Set on this node', settings.filter(isSet))}</section>
<section><h2>All settings</h2>${settingGroups(settings, true)}</section>
${exportForm(page, PATH, {}, { canName: false })}`
}

export function addSettings(pages: Pages, deps: ConsoleDeps): void {
  const { settings } = deps.admin
  pages.showPage(PATH, async (page) => {
    const own = settings.ofProcess(page.admin)
    const name = page.admin.service ?? (page.c.req.query('service') || undefined)
    if (name === undefined && own) {
      const body = allBody(page, await settings.services(page.admin), own)
      return page.c.html(
        shell(page, { title: 'Settings', current: 'settings', style: STYLE, body }),
      )
    }
    const found = await settings.service(page.admin, name ?? '')
    if (!found) return say(page, 404, 'There is no such service', 'See the list of Settings.')
    const body = serviceBody(page, found)
    const title = `Service ${found.policy.name}`
    return page.c.html(shell(page, { title, current: 'settings', style: STYLE, body }))
  })
  pages.takeForm(`${PATH}/export`, 'admin:read', (page, form) => {
    const service = page.admin.service ?? (form.get('service') || null)
    return answerForm(page, deps, form, () => settingsExport(settings.exported({ service })))
  })
}
