// GET /admin/shield: what each rule against toll fraud stopped lately, or would have, before and after it is switched on.
// It must not show an address, nor a whole number: a block lacks the last four digits.

import { html } from 'hono/html'
import type { StoppedSums } from '../admin/shield.ts'
import type { RecentStop, ShieldReport } from '../admin/shield-stops.ts'
import { formatSums } from '../kernel/money.ts'
import type { ShieldMode, ShieldRule } from '../kernel/shield-rules.ts'
import { TAB_STYLE, tabs } from './abuse-tabs.ts'
import type { ConsoleDeps, Pages } from './page-route.ts'
import { type Html, type SignedInPage, shell } from './shell.ts'
import { numbers, table } from './table.ts'
import { timeOf } from './words.ts'

const PATH = '/admin/shield'
const STYLE = `
.rule { display: grid; gap: var(--s1); max-width: 48ch } .rule .soft { font-size: var(--t2); font-weight: 400 } .stack td > span { min-width: 0 }
`
const RULE_WORDS: Readonly<Record<ShieldRule, string>> = {
  prefix: 'Codes that nobody used, by block of 10,000 numbers',
  sequential: 'Numbers of a block one after the other, none approved',
  country: 'Codes that nobody used, by country',
  conversion: 'A country’s share of approved codes, far under its usual one',
  network: 'Codes that nobody used, by network',
  domain: 'Codes that nobody used, by domain of an address',
  address: 'Codes that nobody used, by address',
}
const MODE_WORDS: Readonly<Record<ShieldMode, string>> = {
  off: 'Off',
  record: 'Records only',
  challenge: 'Asks for a challenge',
  refuse: 'Blocks',
}

const moneyOf = ({ costs }: StoppedSums) => formatSums(costs) || '–'

function rulesTable({ rules }: ShieldReport): Html {
  return table({
    caption: 'Rules, and what each stopped or would have stopped',
    columns: ['Rule', 'Now', ...numbers('Stops', 'Starts', 'Approved', 'Cost')],
    isWide: true,
    rows: rules.map((one) => [
      html`<span class="rule"><code>${one.rule}</code><span class="soft">${RULE_WORDS[one.rule]}</span></span>`,
      one.modes.map((mode) => MODE_WORDS[mode]).join(', '),
      ...[one.stops, one.starts, one.approved, moneyOf(one)],
    ]),
  })
}

const valueOfStop = (rule: ShieldRule, value: string) =>
  rule === 'prefix' || rule === 'sequential' ? `+${value}••••` : value

function newestTable({ rules }: ShieldReport, hasServices: boolean): Html {
  const all = rules
    .flatMap(({ rule, newest }) => newest.map((stop): [ShieldRule, RecentStop] => [rule, stop]))
    .sort(([, a], [, b]) => b.since - a.since)
  if (all.length === 0) return html`<p class="note">No rule noticed anything.</p>`
  return table({
    caption: 'The newest stops of each rule',
    columns: [
      ...['Where', 'Rule', { label: 'From', isTime: true }, { label: 'Until', isTime: true }],
      ...['Then', ...numbers('Starts', 'Approved', 'Cost'), ...(hasServices ? ['Service'] : [])],
    ],
    isWide: true,
    rows: all.map(([rule, stop]) => [
      ...[html`<span class="mono">${valueOfStop(rule, stop.value)}</span>`, rule],
      ...[timeOf(stop.since), timeOf(stop.until), MODE_WORDS[stop.mode]],
      ...[stop.starts, stop.approved, moneyOf(stop), ...(hasServices ? [stop.service] : [])],
    ]),
  })
}

function shieldPage(page: SignedInPage, report: ShieldReport, hasServices: boolean): Html {
  const far = report.isWhole
    ? ''
    : html`<p class="note warn">Only the newest stops are counted: these 30 days had more.</p>`
  const body = html`<div class="head"><h1>Shield</h1></div>${tabs('shield')}
<p class="soft">Rules against toll fraud, and the starts that they stopped in the last 30 days. A rule that only records stops nobody: its figures show the starts that it would have stopped. <strong>Approved</strong> ones among them are people. Recipients who were approved here before are never counted. A rule is switched on by its setting, such as <code>SHIELD_PREFIX=refuse</code>; <code>countersign shield</code> goes further back.</p>${far}
<section><h2>Rules</h2>${rulesTable(report)}</section>
<section><h2>Newest</h2>${newestTable(report, hasServices)}</section>`
  return shell(page, { title: 'Shield', current: 'refusals', style: STYLE + TAB_STYLE, body })
}

export function addShield(pages: Pages, deps: ConsoleDeps): void {
  pages.showPage(PATH, async (page) => {
    const { service } = page.admin
    const report = await deps.admin.shield(service)
    return page.c.html(shieldPage(page, report, service === null && deps.services.size > 1))
  })
}
