// GET /admin/texts: every text of a service as it would be sent, in each language, with its encoding and parts.
// It must not show a code of a verification, nor anything from outside unescaped.

import { html } from 'hono/html'
import type { TextPreview } from '../delivery/ports.ts'
import type { TextChannel } from '../kernel/channel.ts'
import type { ServicePolicy } from '../verification/policy.ts'
import type { ConsoleDeps, Pages } from './page-route.ts'
import { type Html, type SignedInPage, shell } from './shell.ts'
import { numbers, table } from './table.ts'
import { stamp } from './words.ts'

const PATH = '/admin/texts'
/** Mails in both of their forms. */
const KINDS = ['sms', 'email', 'email_link', 'voice'] as const
type Kind = (typeof KINDS)[number]
const LABELS: Readonly<Record<Kind, string>> = {
  sms: 'SMS',
  email: 'Mail',
  email_link: 'Mail with a link',
  voice: 'Calls',
}
const channelOf = (kind: Kind): TextChannel => (kind === 'email_link' ? 'email' : kind)

const STYLE = `
.choice { display: flex; flex-wrap: wrap; gap: var(--s2) var(--s3); align-items: end } .choice label { display: grid; gap: var(--s1); font-size: var(--t2); color: var(--soft) } .choice select { font-size: var(--t3); color: var(--ink); height: 2.25rem; min-width: 9rem }
.tag { display: flex; flex-wrap: wrap; gap: var(--s2); align-items: baseline } .text { display: block; max-width: 62ch; white-space: pre-wrap; overflow-wrap: anywhere } .text strong { display: block; margin-bottom: var(--s2) }
@media (max-width: 46rem) { .stack td:has(.text) { display: block; text-align: left } .stack td:has(.text)::before { content: none } }
`

type Shown = {
  service: ServicePolicy
  services: readonly string[]
  kind: Kind
  texts: readonly TextPreview[]
}

/** In its own language and direction, for screen readers and fonts. */
function textOf({ locale, direction, subject, text }: TextPreview): Html {
  const head = subject === null ? '' : html`<strong>${subject}</strong>`
  return html`<span class="text" lang="${locale}" dir="${direction}">${head}${text.trim()}</span>`
}

function nameOf({ locale, isOwn }: TextPreview): Html {
  return html`<span class="tag"><span class="mono">${locale}</span>${isOwn ? stamp('own text', '') : ''}</span>`
}

function partsOf({ size }: TextPreview): Html | string {
  if (size === null) return '–'
  return size.parts === 1 ? '1' : stamp(String(size.parts), 'warn')
}

function list({ texts, kind, service }: Shown): Html {
  const isSms = kind === 'sms'
  return table({
    caption: `Texts of ${service.name}, ${LABELS[kind]}`,
    columns: ['Language', 'Text', ...(isSms ? ['Encoding', ...numbers('Units', 'Parts')] : [])],
    rows: texts.map((one) => [
      ...[nameOf(one), textOf(one)],
      ...(isSms ? [one.size?.encoding ?? '–', one.size?.units ?? '–', partsOf(one)] : []),
    ]),
  })
}

function options(pairs: readonly (readonly [string, string])[], chosen: string): Html {
  return html`${pairs.map(
    ([value, label]) =>
      html`<option value="${value}"${value === chosen ? html` selected` : ''}>${label}</option>`,
  )}`
}

function choice({ service, services, kind }: Shown): Html {
  const named = services.map((name) => [name, name] as const)
  const kinds = KINDS.map((one) => [one, LABELS[one]] as const)
  return html`<form class="choice" method="get" action="${PATH}">
<label>Service<select name="service">${options(named, service.name)}</select></label>
<label>Channel<select name="channel">${options(kinds, kind)}</select></label>
<button>Show</button></form>`
}

function summary({ texts, kind }: Shown): Html {
  const several = texts.filter(({ size }) => (size?.parts ?? 1) > 1).map(({ locale }) => locale)
  if (kind !== 'sms') return html`<p class="soft">${texts.length} languages.</p>`
  if (several.length === 0)
    return html`<p class="soft">${texts.length} languages, each text in one part.</p>`
  return html`<p class="note">More than one part: ${several.join(', ')}. Each part is charged as a message; a shorter brand name or origin domain may save one.</p>`
}

function textsPage(page: SignedInPage, shown: Shown): Html {
  const body = html`<div class="head"><h1>Texts</h1></div>
<p class="soft">As they would be sent with a full lifetime; a call reads its code after a key was pressed. The code is an example. WhatsApp and Telegram send texts of their own. The drafts among the languages are listed in <code>docs/texts.md</code>.</p>
${choice(shown)}
${summary(shown)}
<section>${list(shown)}</section>`
  return shell(page, { title: 'Texts', current: 'texts', style: STYLE, body })
}

export function addTexts(pages: Pages, deps: ConsoleDeps): void {
  pages.showPage(PATH, (page) => {
    const { service: own } = page.admin
    const visible = [...deps.services.values()].filter(({ name }) => (own ?? name) === name) // mutant: C58.texts-of-own-service
    const { service: wanted, channel: asked } = page.c.req.query()
    const service = visible.find(({ name }) => name === wanted) ?? visible[0]
    if (!service) return page.c.redirect('/admin', 303)
    const kind = KINDS.find((one) => one === asked) ?? 'sms'
    const texts = deps.admin.texts(service, channelOf(kind), kind === 'email_link')
    const services = visible.map(({ name }) => name)
    return page.c.html(textsPage(page, { service, services, kind, texts }))
  })
}
