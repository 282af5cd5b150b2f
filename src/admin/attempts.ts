// GET /admin/attempts, and POST /admin/attempts/find: what was typed becomes a filter in the address.
// It must not put a recipient into an address: only a sealed text that this service alone can open.

import type { AppDeps } from '../http/deps.ts'
import type { App } from '../http/register.ts'
import { CHANNELS } from '../kernel/channel.ts'
import { VERIFICATION_ID } from '../kernel/ids.ts'
import { showPage, takeForm } from './page-route.ts'
import { attemptsPage } from './pages/attempts-page.ts'
import type { AttemptFilter } from './ports.ts'

const PAGE_SIZE = 50
const REFERENCE = /^[2-9A-Z]{3}-?[2-9A-Z]{3}$/i
const WORD = /^[\w.-]{1,64}$/
const STATUSES = ['pending', 'approved', 'canceled', 'max_attempts_reached', 'expired'] as const
const DELIVERIES = [
  'queued',
  'sending',
  'sent',
  'delivered',
  'undelivered',
  'failed',
  'canceled',
] as const

const oneOf = <T extends string>(known: readonly T[], text: string | undefined) =>
  known.find((one) => one === text)

function referenceOf(text: string | undefined): string | undefined {
  if (!text || !REFERENCE.test(text)) return undefined
  const letters = text.replace('-', '').toUpperCase()
  return `${letters.slice(0, 3)}-${letters.slice(3)}`
}

type Query = Readonly<Record<string, string>>

/** What makes no sense in an address is left out, as if it were not there. */
function toFilter(query: Query, deps: AppDeps, service: string | null): AttemptFilter {
  const word = (name: string) => (WORD.test(query[name] ?? '') ? query[name] : undefined)
  const wanted = word('service')
  const known = wanted !== undefined && deps.services.has(wanted) ? wanted : null
  const within = service ?? known
  return {
    service: within,
    reference: referenceOf(query.reference),
    budgetIndexes: query.recipient ? indexesOf(query.recipient, within, deps) : undefined,
    status: oneOf(STATUSES, query.status),
    delivery: oneOf(DELIVERIES, query.delivery),
    channel: oneOf(CHANNELS, query.channel),
    provider: word('provider'),
    country: word('country')?.toUpperCase(),
  }
}

/** None where the text was not sealed here: then nobody is meant. */
function indexesOf(sealed: string, service: string | null, { console }: AppDeps) {
  const person = console.recipients.open(sealed)
  return (person && console.recipients.indexesOf(person, service)) ?? []
}

export function addAttempts(app: App, deps: AppDeps): void {
  showPage(app, deps, '/admin/attempts', async (page) => {
    const { attempts, recipients } = deps.console
    const { service } = page.session.access
    const query = page.c.req.query()
    const filter = toFilter(query, deps, service)
    const found = await attempts.list(filter, query.cursor || null, PAGE_SIZE)
    const shown = {
      now: deps.clock.now(),
      rows: found.items.map((row) => ({ ...row, to: recipients.masked(row) })),
      nextCursor: found.nextCursor,
      query,
      services: service === null ? [...deps.services.keys()] : [],
      nothingFor: page.c.req.query('nothing') !== undefined,
    }
    return page.c.html(attemptsPage(page, shown))
  })
  takeForm(
    app,
    deps,
    { path: '/admin/attempts/find', scope: 'admin:read' },
    async ({ c, session }, form) => {
      const text = form.get('find')?.trim() ?? ''
      const reference = referenceOf(text)
      if (text === '') return c.redirect('/admin/attempts', 303)
      if (reference) return c.redirect(`/admin/attempts?reference=${reference}`, 303)
      const { service } = session.access
      if (VERIFICATION_ID.test(text)) {
        const row = await deps.console.attempts.find(service, text)
        if (row) return c.redirect(`/admin/attempts?reference=${row.reference}`, 303)
      }
      const sealed = deps.console.recipients.seal({ to: text, subject: null }, service)
      return c.redirect(`/admin/attempts?${sealed ? `recipient=${sealed}` : 'nothing'}`, 303)
    },
  )
}
