// The look of the console: a ledger. One type scale, one spacing scale, two sets of colours.
// It must not name another host.

/** Ink on paper; text has a contrast of 4.5 at least on each of its backgrounds (WCAG 1.4.3). */
const LIGHT = `color-scheme: light;
--paper: #f3f1ea; --card: #fdfcf8; --ink: #1d2429; --soft: #565f66; --line: #dcd7ca; --rule: #1d2429; --field: #857e6f;
--mark: #8a3b12; --mark-soft: #f3e3d8; --good: #1d6540; --good-soft: #e0ece2; --warn: #7a4f00; --warn-soft: #f5e9cc; --bad: #9c231d; --bad-soft: #f7e1dc;
--rail: #20282d; --rail-ink: #e9e6de; --rail-soft: #a7b0b6; --rail-line: #3a444b; --rail-here: #2d373d; --rail-mark: #f0a27a;`

const DARK = `color-scheme: dark;
--paper: #14181b; --card: #1b2024; --ink: #e8e5dd; --soft: #9ea7ad; --line: #2d353b; --rule: #8b949a; --field: #6f7980;
--mark: #f0a27a; --mark-soft: #38281f; --good: #84cba0; --good-soft: #19301f; --warn: #e5ba66; --warn-soft: #352b13; --bad: #f2958b; --bad-soft: #3c1f1d;
--rail: #0e1113; --rail-ink: #e8e5dd; --rail-soft: #9ea7ad; --rail-line: #262d32; --rail-here: #1d2327; --rail-mark: #f0a27a;`

const COLOURS = `
:root { ${LIGHT} }
@media (prefers-color-scheme: dark) { :root { ${DARK} } }
:root[data-theme="light"] { ${LIGHT} }
:root[data-theme="dark"] { ${DARK} }
`

const BASE = `
:root {
  --t1: .75rem; --t2: .8125rem; --t3: .875rem; --t4: 1rem; --t5: 1.25rem; --t6: 1.75rem;
  --s1: .25rem; --s2: .5rem; --s3: .75rem; --s4: 1rem; --s5: 1.5rem; --s6: 2.25rem; --s7: 3.5rem;
  --sans: "Inter", "Segoe UI", system-ui, -apple-system, "Liberation Sans", sans-serif;
  --serif: "Iowan Old Style", "Palatino Linotype", Palatino, "Book Antiqua", Georgia, "Liberation Serif", serif;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, "Liberation Mono", monospace;
}
*, ::before, ::after { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: var(--t3)/1.5 var(--sans); font-variant-numeric: tabular-nums }
h1, h2, h3, p, dl, dd, ul, ol, figure { margin: 0; padding: 0 } ul, ol { list-style: none }
h1 { font: 600 var(--t6)/1.15 var(--serif); letter-spacing: -.01em }
h2 { display: flex; align-items: center; gap: var(--s3); font: 600 var(--t4)/1.3 var(--serif) }
h2::after { content: ''; flex: 1; border-top: 1px solid var(--line) }
a { color: var(--mark); text-underline-offset: .18em } .soft { color: var(--soft) } strong { font-weight: 600 }
.mono, code, time.exact { font-family: var(--mono); font-size: .93em } code { overflow-wrap: anywhere }
:focus-visible { outline: 2px solid var(--mark); outline-offset: 2px; border-radius: 2px }
.rail :focus-visible { outline-color: var(--rail-mark) }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
.skip { position: absolute; left: var(--s2); top: -4rem; z-index: 2; background: var(--card); color: var(--ink); padding: var(--s2) var(--s4); border: 1px solid var(--rule) }
.skip:focus { top: var(--s2) }
button, .button { font: 600 var(--t3)/1.25 var(--sans); color: var(--ink); background: var(--card); border: 1px solid var(--field); border-radius: 3px; padding: var(--s2) var(--s4); min-height: 2.25rem; cursor: pointer; text-decoration: none; display: inline-flex; align-items: center; justify-content: center }
button:hover, .button:hover { border-color: var(--mark); color: var(--mark) }
button.main, .button.main { background: var(--ink); color: var(--paper); border-color: var(--ink) } button.main:hover, .button.main:hover { background: var(--mark); border-color: var(--mark); color: var(--card) }
label { font-weight: 600 }
input, select { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--field); border-radius: 3px; padding: var(--s2) var(--s3); min-height: 2.25rem; width: 100% }
@media (prefers-reduced-motion: no-preference) { a, button { transition: color .12s, border-color .12s, background-color .12s } }
`

const PARTS = `
.stamp { display: inline-block; font: 700 var(--t1)/1 var(--sans); letter-spacing: .07em; text-transform: uppercase; white-space: nowrap; padding: .28em .5em .26em; border: 1.5px solid currentColor; border-radius: 2px; color: var(--soft) }
.stamp.done { color: var(--ink) } .stamp.good { color: var(--good); background: var(--good-soft) } .stamp.warn { color: var(--warn); background: var(--warn-soft) } .stamp.bad { color: var(--bad); background: var(--bad-soft) }
.note { border-left: 3px solid var(--soft); background: var(--card); padding: var(--s3) var(--s4) } .note.bad { border-color: var(--bad); background: var(--bad-soft) } .note.good { border-color: var(--good); background: var(--good-soft) }
table { width: 100%; border-collapse: collapse; border-top: 2px solid var(--rule); background: var(--card) }
th, td { text-align: left; vertical-align: baseline; padding: var(--s2) var(--s3); border-bottom: 1px solid var(--line) }
thead th { font-size: var(--t2); font-weight: 600; color: var(--soft); white-space: nowrap }
tbody th { font-weight: 600; white-space: nowrap } td.number, th.number { text-align: right } tbody tr:hover > * { background: var(--mark-soft) }
.facts { display: flex; flex-wrap: wrap; gap: var(--s3) var(--s6); background: var(--card); border: 1px solid var(--line); border-top: 2px solid var(--rule); padding: var(--s3) var(--s4) } .facts dt { font-size: var(--t2); color: var(--soft) } .facts dd { overflow-wrap: anywhere }
td { overflow-wrap: anywhere } td:last-child:not(:nth-child(2)) { white-space: nowrap }
@media (max-width: 46rem) {
  table.stack, .stack tbody, .stack tr, .stack th, .stack td { display: block } .stack thead { display: none }
  .stack tr { padding: var(--s3) 0; border-bottom: 1px solid var(--line) } .stack th, .stack td { border: 0; padding: var(--s1) var(--s3); white-space: normal !important }
  .stack td { display: flex; gap: var(--s4); justify-content: space-between; text-align: right }
  .stack td::before { content: attr(data-label); color: var(--soft); text-align: left; white-space: nowrap; flex: none }
}
@media (min-width: 46.01rem) and (max-width: 72rem) {
  table.wide, .wide tbody, .wide th, .wide td { display: block } .wide thead { display: none }
  .wide tr { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: var(--s2) var(--s3); padding: var(--s3); border-bottom: 1px solid var(--line) }
  .wide tr > * { border: 0; padding: 0; text-align: left !important; white-space: normal !important } .wide th { grid-column: 1 / -1; overflow-wrap: anywhere }
  .wide td::before { content: attr(data-label); display: block; color: var(--soft); font-size: var(--t2) }
}
`

const FRAME = `
.frame { min-height: 100vh; display: grid; grid-template-columns: 13.5rem minmax(0, 1fr) }
.rail { background: var(--rail); color: var(--rail-ink) }
.pinned { display: flex; flex-direction: column; gap: var(--s5); padding: var(--s5) 0; position: sticky; top: 0; height: 100vh; overflow-y: auto }
.word { display: block; padding: 0 var(--s5); color: inherit; text-decoration: none; font: italic 600 var(--t5)/1 var(--serif) }
.word::after { content: ''; display: block; margin-top: var(--s2); height: 4px; border: solid var(--rail-mark); border-width: 1px 0; width: 3.2rem }
.rail nav a { display: block; padding: var(--s2) var(--s5); color: var(--rail-soft); text-decoration: none; border-left: 3px solid transparent; font-weight: 500 }
.rail nav a:hover { color: var(--rail-ink) } .rail nav a[aria-current] { color: var(--rail-ink); background: var(--rail-here); border-color: var(--rail-mark) }
.who { margin-top: auto; padding: var(--s4) var(--s5) 0; border-top: 1px solid var(--rail-line); display: grid; gap: var(--s3); font-size: var(--t2); color: var(--rail-soft) }
.who strong { display: block; color: var(--rail-ink); overflow-wrap: anywhere }
.rail button { white-space: nowrap; background: transparent; color: var(--rail-ink); border-color: var(--rail-line); font-size: var(--t2); min-height: 2rem; padding: var(--s1) var(--s3) }
.rail button:hover { border-color: var(--rail-mark); color: var(--rail-mark) }
.themes { display: flex } .themes button { border-radius: 0; margin-left: -1px; font-weight: 500; padding: var(--s1) var(--s2); flex: 1 } .themes button[aria-pressed="true"] { background: var(--rail-here); border-color: var(--rail-soft); z-index: 1 }
main { padding: var(--s5) clamp(var(--s4), 3vw, var(--s7)) var(--s7); max-width: 108rem; width: 100%; display: grid; gap: var(--s6); align-content: start }
.head { display: flex; flex-wrap: wrap; gap: var(--s2) var(--s5); align-items: baseline } .head > :last-child:not(:first-child) { margin-left: auto }
section { display: grid; gap: var(--s3); min-width: 0; align-content: start }
@media (max-width: 62rem) {
  .frame { display: block }
  .pinned { position: static; height: auto; overflow: visible; padding: var(--s4) 0 0; gap: var(--s3); flex-direction: row; flex-wrap: wrap; align-items: center; justify-content: space-between }
  .word { padding: 0 var(--s4) } .rail nav { order: 1; flex: 0 0 100%; border-top: 1px solid var(--rail-line) } .rail nav ul { display: flex; flex-wrap: wrap }
  .rail nav a { border-left: 0; border-bottom: 3px solid transparent; padding: var(--s2) var(--s4); white-space: nowrap }
  .who { margin: 0; padding: 0 var(--s4); border: 0; display: flex; flex-wrap: wrap; align-items: center; gap: var(--s2) } .who p { display: none }
}
@media (max-width: 30rem) { .rail nav a { padding: .2rem var(--s2); border-bottom-width: 2px; font-size: var(--t2) } .word { font-size: var(--t4); padding-right: 0 } .who { padding-left: 0 } .rail button { font-size: var(--t1); padding: var(--s1) var(--s2) } }
@media (max-width: 62rem) and (min-width: 40rem) { .who p { display: block } .who strong { display: inline } }
`

export const CONSOLE_STYLE = COLOURS + BASE + PARTS + FRAME
