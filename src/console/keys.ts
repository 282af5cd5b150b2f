// GET /admin/keys: the API keys, with a form that makes one; POST …/create shows it, this once; POST …/revoke ends one.
// It must not show a key's text again, nor to anybody without the scope admin.

import { html } from 'hono/html'
import { type ApiKeyRecord, SCOPES, type Scope } from '../access/ports.ts'
import { KEY_STATES, type KeyFault, type KeyToMake, MAX_KEY_NAME, stateOf } from '../admin/keys.ts'
import { DAY_MS } from '../kernel/clock.ts'
import { endOfDay } from '../kernel/end-of-day.ts'
import { API_KEY_ID } from '../kernel/ids.ts'
import { answerForm, EXPORT_STYLE, exportForm } from './exports.ts'
import { EVERY, filterKeys } from './keys-query.ts'
import { keysExport } from './list-exports.ts'
import { CHOICE_STYLE, select } from './log-page.ts'
import type { Query } from './log-query.ts'
import { type Answer, type ConsoleDeps, type Pages, say } from './page-route.ts'
import { COPY_SCRIPT } from './scripts.ts'
import { type Html, postForm, type SignedInPage, shell } from './shell.ts'
import { table } from './table.ts'
import { agoOf, stamp, timeOf, whenOf } from './words.ts'

const PATH = '/admin/keys'
/** Choices of the form, beside a last day; the API takes any moment. */
const LIFETIMES = { '': 'never', '30': 'in 30 days', '90': 'in 90 days', '365': 'in a year' }

const WHAT: Readonly<Record<Scope, string>> = {
  verify: 'a login flow: start, check, factors',
  relay: 'sends codes that its caller makes and checks',
  'admin:read': 'sees everything, recipients masked',
  'admin:support': 'also reveals, cancels and sends again',
  admin: 'everything',
}

const STYLE = `${CHOICE_STYLE}${EXPORT_STYLE}.make { display: grid; grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr)); gap: var(--s3); align-items: end; background: var(--card); border: 1px solid var(--line); border-top: 2px solid var(--rule); padding: var(--s4) }
.make label { display: grid; gap: var(--s1); font-size: var(--t2); color: var(--soft) } .make input, .make select { min-width: 0; font-size: var(--t3); font-weight: 400; color: var(--ink); height: 2.25rem } .make label:nth-of-type(2) { grid-column: span 2 } .whole { white-space: nowrap }
@media (max-width: 46rem) { .make { grid-template-columns: 1fr } .make label:nth-of-type(2) { grid-column: auto } }
.once { display: grid; gap: var(--s2); justify-items: start } .once code { font-size: var(--t4); background: var(--card); border: 1px solid var(--line); padding: var(--s3); user-select: all }
.danger { color: var(--bad); border-color: var(--bad) } summary { cursor: pointer; color: var(--mark) } details[open] summary { margin-bottom: var(--s2) }
tbody th { white-space: normal; overflow-wrap: anywhere } tbody th code { font-weight: 400 } .when { display: grid } .when .soft { font-size: var(--t2) } .stack td > span { min-width: 0 }
`

type Shown = {
  now: number
  query: Query
  /** Those that match. */
  keys: readonly ApiKeyRecord[]
  /** Those that the admin's own key reaches. */
  services: readonly string[]
  /** Of this answer alone. */
  made: { text: string; record: ApiKeyRecord } | null
  notice: Html | ''
}

const options = (pairs: readonly (readonly [string, string])[]) =>
  pairs.map(([value, label]) => html`<option value="${value}">${label}</option>`)

const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10)

function makeForm(page: SignedInPage, { services, now }: Shown): Html {
  const all = page.admin.service === null ? [['', 'every service'] as const] : []
  const named = services.map((name) => [name, name] as const)
  const scopes = SCOPES.map((scope) => [scope, `${scope}: ${WHAT[scope]}`] as const)
  const fields = html`<label>What it is for<input name="name" maxlength="${MAX_KEY_NAME}" required autocomplete="off" placeholder="login page, Ann"></label>
<label>What it may do<select name="scope">${options(scopes)}</select></label>
<label>Service<select name="service">${options([...named, ...all])}</select></label>
<label>It ends<select name="days">${options(Object.entries(LIFETIMES).toReversed())}</select></label>
<label>or after this day (UTC)<input type="date" name="until" min="${dayOf(now)}"></label>
<button class="main">Create a key</button>`
  return postForm(page, `${PATH}/create`, fields, html` class="make"`)
}

function madeNote({ made }: Shown): Html | '' {
  if (made === null) return ''
  return html`<div class="note good once" role="status"><p><strong>${made.record.name}</strong> is created. This is the key; it is shown only here, only now, and stored nowhere:</p><code data-copy>${made.text}</code></div>`
}

function stateOfKey(key: ApiKeyRecord, now: number): Html {
  const state = stateOf(key, now)
  if (state === 'revoked') return html`${stamp('revoked', 'bad')} ${timeOf(key.revokedAt ?? now)}`
  if (state === 'ended') return html`${stamp('ended', 'warn')} ${timeOf(key.expiresAt ?? now)}`
  return key.expiresAt === null
    ? stamp('active', 'good')
    : html`${stamp('active', 'good')} until ${timeOf(key.expiresAt)}`
}

function filters(page: SignedInPage, { query, services }: Shown): Html {
  const every = page.admin.service === null ? { [EVERY]: 'every service' } : {}
  const named = Object.fromEntries(services.map((name) => [name, name]))
  const isOne = page.admin.service !== null || services.length === 1
  return html`<form class="choice" method="get" action="${PATH}">
${select('state', 'State', KEY_STATES, query)}
${select('scope', 'Scope', SCOPES, query)}
${isOne ? '' : select('service', 'Service', { ...named, ...every }, query)}
<button>Filter</button> <a class="button" href="${PATH}">Clear</a></form>`
}

const isFiltered = ({ state, scope, service }: Query) => Boolean(state || scope || service)

function list(page: SignedInPage, { keys, now, query }: Shown): Html {
  if (keys.length === 0)
    return html`<p class="note">${isFiltered(query) ? 'No key matches.' : 'There is no key yet: create the first one above.'}</p>`
  return table({
    caption: 'API keys, newest first',
    columns: [
      ...['Key', 'Scope', 'Service', 'State'],
      'Used',
      { label: 'Created', isTime: true },
      'Revoke',
    ],
    rows: keys.map((key) => {
      const field = html`<input type="hidden" name="id" value="${key.id}"><button class="danger" aria-label="Revoke for good: ${key.name || key.id}">Revoke for good</button>`
      return [
        html`${key.name || '–'}<br><code class="soft">${key.id}</code>`,
        html`${key.scopes.map((scope) => html`<span class="whole">${scope}</span> `)}`,
        ...[key.service ?? 'every service', stateOfKey(key, now)],
        html`<span class="whole">${key.lastUsedAt === null ? 'never' : agoOf(key.lastUsedAt, now)}</span>`,
        whenOf(key.createdAt, now),
        stateOf(key, now) === 'revoked'
          ? '–'
          : html`<details><summary>Revoke…</summary>${postForm(page, `${PATH}/revoke`, field)}</details>`,
      ]
    }),
  })
}

const filtersOf = ({ done: _, ...filters }: Query) => filters

function keysPage(page: SignedInPage, shown: Shown): Html {
  const body = html`<div class="head"><h1>Keys</h1></div>
${madeNote(shown)}${shown.notice}
<section><h2>A new key</h2>${makeForm(page, shown)}</section>
<section><h2>Keys</h2><p class="soft"><code>API_KEY</code> and <code>ADMIN_KEY</code> are settings, and not listed here. The last use of a key is exact to the hour.</p>${filters(page, shown)}${list(page, shown)}${exportForm(page, PATH, filtersOf(shown.query), { canName: false })}</section>`
  const script = shown.made ? { script: COPY_SCRIPT } : {}
  return shell(page, { title: 'Keys', current: 'keys', style: STYLE, body, ...script })
}

const FIELDS: Readonly<Record<KeyFault['field'], string>> = {
  name: 'What it is for',
  service: 'Service',
  scopes: 'What it may do',
  expiresAt: 'It ends',
}

/** Undefined: the form was not ours. */
function readKey(form: URLSearchParams, now: number): KeyToMake | undefined {
  const scope = SCOPES.find((one) => one === form.get('scope'))
  const days = form.get('days') ?? ''
  const until = form.get('until') ?? ''
  const end = until === '' ? null : endOfDay(until)
  if (!scope || !Object.hasOwn(LIFETIMES, days) || end === undefined) return undefined
  return {
    name: (form.get('name') ?? '').trim(),
    service: form.get('service') || null,
    scopes: [scope],
    expiresAt: end ?? (days === '' ? null : now + Number(days) * DAY_MS),
  }
}

export function addKeys(pages: Pages, deps: ConsoleDeps): void {
  const { keys } = deps.admin
  const show = async (
    page: SignedInPage,
    about: Partial<Pick<Shown, 'made' | 'notice'>> = {},
    status: 200 | 422 = 200,
  ) => {
    const { service } = page.admin
    const services = [...deps.services.keys()].filter((name) => (service ?? name) === name)
    const [now, query] = [deps.clock.now(), page.c.req.query()]
    const shown = {
      ...{ now, query, keys: filterKeys(await keys.list(page.admin), query, now), services },
      ...{ made: null, notice: '' as const, ...about },
    }
    // The switch of colours leads back to the page itself, where no key is shown.
    return page.c.html(keysPage({ ...page, path: PATH }, shown), status)
  }
  pages.showPage(PATH, (page): Answer => {
    if (!page.session.access.scopes.has('admin'))
      return say(page, 403, 'You are not allowed to see the keys', 'It needs the scope admin.')
    const isRevoked = page.c.req.query('done') === 'revoked'
    const notice = html`<p class="note good" role="status">Revoked: the key is refused from now on, and its sessions here have ended.</p>`
    return show(page, isRevoked ? { notice } : {})
  })
  pages.takeForm(`${PATH}/create`, 'admin', async (page, form) => {
    const key = readKey(form, deps.clock.now())
    const made = key && (await keys.create(page.admin, key))
    if (made && 'text' in made) return show(page, { made })
    const why = made ? `${FIELDS[made.fault.field]} ${made.fault.detail}.` : 'Use the form below.'
    const notice = html`<p class="note bad" role="alert">No key was created. ${why}</p>`
    return show(page, { notice }, 422)
  })
  pages.takeForm(`${PATH}/revoke`, 'admin', async (page, form) => {
    const id = form.get('id') ?? ''
    if (API_KEY_ID.test(id) && (await keys.revoke(page.admin, id)))
      return page.c.redirect(`${PATH}?done=revoked`, 303)
    return say(page, 404, 'Nothing was revoked', 'There is no such key.')
  })
  pages.takeForm(`${PATH}/export`, 'admin', async (page, form) => {
    const now = deps.clock.now()
    const found = filterKeys(await keys.list(page.admin), Object.fromEntries(form), now)
    return answerForm(page, deps, form, () => keysExport(found, now))
  })
}
