// GET /admin/webhooks: each destination with its state, the messages with filters, and what can be done: replay, switch on.
// It must not show a recipient, a secret, or anything from outside unescaped.

import { html } from 'hono/html'
import type { ShownDestination, ShownWebhook } from '../admin/webhooks.ts'
import { stateOf } from '../http/schemas/webhooks.ts'
import { statusOf, WEBHOOK_STATUSES, type WebhookStatus } from '../webhooks/ports.ts'
import { CHOICE_STYLE, select } from './log-page.ts'
import { PAGE_SIZE, type Query } from './log-query.ts'
import type { ConsoleDeps, Pages } from './page-route.ts'
import { pager } from './pager.ts'
import { type Html, postForm, type SignedInPage, shell, verificationPath } from './shell.ts'
import { numbers, table } from './table.ts'
import { agoOf, spanOf, stamp, whenOf } from './words.ts'

const PATH = '/admin/webhooks'
const DESTINATION = /^whd_[0-9a-f]{12}$/
const NAME = /^[\w.-]{1,64}$/

const STYLE = `${CHOICE_STYLE}.acts, .acts form { display: flex; flex-wrap: wrap; gap: var(--s2) } .acts button { min-height: 1.75rem; padding: var(--s1) var(--s3); font-size: var(--t2) } .address { overflow-wrap: anywhere } tbody th:has(.address) { white-space: normal } td :is(.address, .tries) { display: block; min-width: 8.5rem } .pager { display: flex; gap: var(--s3) }
.when { display: flex; flex-wrap: wrap; gap: 0 var(--s2) } .when time { white-space: nowrap }
`

const DONE = {
  replayed: 'The message is due again, under the same id.',
  sending: 'It is being sent at this moment; nothing was changed.',
  on: 'The destination is on again. What waits goes out now.',
  was_on: 'It was on already; nothing was changed.',
  removed: 'The settings no longer have this URL: nothing is sent to it.',
  none: 'There is no such message or destination any more.',
} as const

const STATES: Readonly<Record<ReturnType<typeof stateOf>, readonly [word: string, look: string]>> =
  {
    on: ['on', 'good'],
    failing: ['failing', 'warn'],
    off: ['off', 'bad'],
    removed: ['removed', ''],
  }

const STATUSES: Readonly<Record<WebhookStatus, readonly [word: string, look: string]>> = {
  pending: ['pending', ''],
  delivered: ['delivered', 'good'],
  dead: ['given up', 'bad'],
}

type Shown = {
  now: number
  query: Query
  services: readonly string[]
  destinations: readonly ShownDestination[]
  messages: readonly ShownWebhook[]
  nextCursor: string | null
}

const address = (query: Record<string, string>) => {
  const text = new URLSearchParams(query).toString()
  return text === '' ? PATH : `${PATH}?${text}`
}

const nameOf = (url: string | null, id: string): Html =>
  url === null ? html`<code>${id}</code>` : html`<span class="address">${url}</span>`

function sinceOf(one: ShownDestination, now: number): Html | string {
  const since = one.offSince ?? one.failingSince
  return since === null || one.url === null
    ? ''
    : html` <span class="soft">${agoOf(since, now)}</span>`
}

const field = (name: string, value: string) =>
  html`<input type="hidden" name="${name}" value="${value}">`

const mayAct = (page: SignedInPage) => page.session.access.scopes.has('admin')

function actsOf(page: SignedInPage, one: ShownDestination): Html | string {
  if (!mayAct(page) || one.url === null) return '–'
  const destination = field('destination', one.destination)
  const on =
    one.offSince === null
      ? ''
      : postForm(page, `${PATH}/on`, html`${destination}<button class="main">Switch on</button>`)
  const dead =
    one.dead === 0
      ? ''
      : postForm(page, `${PATH}/replay-dead`, html`${destination}<button>Replay given up</button>`)
  return on || dead ? html`<span class="acts">${on}${dead}</span>` : '–'
}

/** A number leads to the messages that it counts. */
function countLink({ destination }: ShownDestination, status: WebhookStatus, count: number) {
  if (count === 0) return '0'
  return html`<a href="${address({ destination, status })}">${count >= 1000 ? '1000+' : count}</a>`
}

function destinationsOf(page: SignedInPage, { destinations, now, services }: Shown): Html {
  if (destinations.length === 0)
    return html`<p class="note">No webhook is configured: see WEBHOOK_URL, or “webhooks” in SERVICES_FILE.</p>`
  const hasService = services.length > 1
  return table({
    caption: 'Destinations of webhooks',
    isWide: true,
    columns: [
      ...['URL', ...(hasService ? ['Service'] : []), 'State', 'Last delivered'],
      ...numbers('Pending', 'Given up'),
      'Actions',
    ],
    rows: destinations.map((one) => [
      nameOf(one.url, one.destination),
      ...(hasService ? [one.service] : []),
      html`${stamp(...STATES[stateOf(one)])}${sinceOf(one, now)}`,
      one.deliveredAt === null ? '–' : agoOf(one.deliveredAt, now),
      countLink(one, 'pending', one.pending),
      countLink(one, 'dead', one.dead),
      actsOf(page, one),
    ]),
  })
}

function alerts({ destinations, now }: Shown): Html {
  const off = destinations.filter((one) => stateOf(one) === 'off')
  return html`${off.map(
    (one) =>
      html`<p class="note bad">${one.url} has accepted nothing for five days and was switched off ${spanOf(now - (one.offSince ?? now))} ago. Its messages wait. Mend the receiver, then switch it on.</p>`,
  )}`
}

function triesOf(message: ShownWebhook, now: number): Html {
  const { tries, error, dueAt, state } = message
  const code = error === null ? '' : html` <code><bdi>${error}</bdi></code>`
  const waits = state === 'queued' && dueAt !== null && dueAt > now && message.url !== null
  return html`<span class="tries">${tries}${code}${waits ? html` <span class="soft">again in ${spanOf(dueAt - now)}</span>` : ''}</span>`
}

function messagesOf(page: SignedInPage, { messages, now }: Shown): Html {
  if (messages.length === 0) return html`<p class="note">No messages match.</p>`
  const replay = ({ id, url }: ShownWebhook) =>
    mayAct(page) && url !== null
      ? html`<span class="acts">${postForm(page, `${PATH}/replay`, html`${field('id', id)}<button>Replay</button>`)}</span>`
      : '–'
  return table({
    caption: 'Messages to webhooks, newest event first',
    isWide: true,
    columns: [
      'Event',
      { label: 'When', isTime: true },
      ...['Verification', 'URL', 'State', 'Tries', 'Actions'],
    ],
    rows: messages.map((one) => [
      html`<code>${one.type}</code>`,
      whenOf(one.at, now),
      html`<a class="mono" href="${verificationPath(one.verificationId)}">${one.reference}</a>`,
      nameOf(one.url, one.destination),
      stamp(...STATUSES[statusOf(one.state)]),
      triesOf(one, now),
      replay(one),
    ]),
  })
}

function filters({ query, services, destinations }: Shown): Html {
  const urls = destinations.map(({ destination, url }) => [destination, url ?? destination])
  const words = Object.entries(STATUSES).map(([name, [word]]) => [name, word])
  return html`<form class="choice" method="get" action="${PATH}">
${select('status', 'State', Object.fromEntries(words), query)}
${select('destination', 'URL', Object.fromEntries(urls), query)}
${services.length > 1 ? select('service', 'Service', services, query) : ''}
<button>Filter</button> <a class="button" href="${PATH}">Clear</a></form>`
}

function pageLinks({ query, nextCursor }: Shown): Html | '' {
  const { done: _, count: __, more: ___, ...kept } = query
  return pager(kept, { nextCursor }, address)
}

function noticeOf({ done = '', count = '', more }: Query): Html | '' {
  if (/^\d{1,5}$/.test(count))
    return html`<p class="note good" role="status">${count} due again.${more === 'yes' ? ' There are more: replay again.' : ''}</p>`
  if (!Object.hasOwn(DONE, done)) return ''
  return html`<p class="note good" role="status">${DONE[done as keyof typeof DONE]}</p>`
}

function webhooksPage(page: SignedInPage, shown: Shown): Html {
  const body = html`<div class="head"><h1>Webhooks</h1></div>
${noticeOf(shown.query)}${alerts(shown)}
<section><h2>Destinations</h2>${destinationsOf(page, shown)}</section>
<section><h2>Messages</h2>${filters(shown)}${messagesOf(page, shown)}${pageLinks(shown)}</section>`
  return shell(page, { title: 'Webhooks', current: 'webhooks', style: STYLE, body })
}

export function addWebhooks(pages: Pages, deps: ConsoleDeps): void {
  const { webhooks } = deps.admin
  pages.showPage(PATH, async (page) => {
    const { service: own } = page.admin
    const query = page.c.req.query()
    const wanted = NAME.test(query.service ?? '') ? query.service : undefined
    const filter = {
      service: own ?? wanted ?? null,
      destination: DESTINATION.test(query.destination ?? '') ? query.destination : undefined,
      status: WEBHOOK_STATUSES.find((one) => one === query.status),
    }
    const [destinations, { items, nextCursor }] = await Promise.all([
      webhooks.destinations(own),
      webhooks.list(filter, query.cursor || null, PAGE_SIZE),
    ])
    const services = own === null ? [...deps.services.keys()] : []
    const now = deps.clock.now()
    const shown = { now, query, services, destinations, messages: items, nextCursor }
    return page.c.html(webhooksPage(page, shown))
  })
  // A redirect: reloading the page must not repeat the action.
  pages.takeForm(`${PATH}/replay`, 'admin', async (page, form) => {
    const result = await webhooks.replay(page.admin, form.get('id') ?? '')
    const done = result === 'queued' ? 'replayed' : (result ?? 'none')
    return page.c.redirect(address({ done }), 303)
  })
  pages.takeForm(`${PATH}/replay-dead`, 'admin', async (page, form) => {
    const result = await webhooks.replayDead(page.admin, form.get('destination') ?? '')
    if (result?.kind !== 'replayed')
      return page.c.redirect(address({ done: result ? 'removed' : 'none' }), 303)
    const more = result.isMore ? { more: 'yes' } : {}
    return page.c.redirect(address({ count: String(result.count), ...more }), 303)
  })
  pages.takeForm(`${PATH}/on`, 'admin', async (page, form) => {
    const wasOff = await webhooks.switchOn(page.admin, form.get('destination') ?? '')
    const done = wasOff === undefined ? 'none' : wasOff ? 'on' : 'was_on'
    return page.c.redirect(address({ done }), 303)
  })
}
