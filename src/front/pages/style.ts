// The look of the pages that people see: one card, their browser's light or dark, the service’s colour on the main button.
// It must not name another host.

import { inkOn } from '../../kernel/contrast.ts'

/** Text has a contrast of 4.5 at least on each of its backgrounds (WCAG 1.4.3). */
const STYLE = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #56606e; --paper: #f4f3f0; --card: #fff; --line: #d9d6cf; --field: #767f8b; --mark: #1f4fa3; --bad: #9c231d; --bad-soft: #f9e5e1; --good: #1d6540; --good-soft: #e2eee4 }
@media (prefers-color-scheme: dark) { :root { --ink: #eceae4; --soft: #a9b2bd; --paper: #14181e; --card: #1c222b; --line: #343c47; --field: #7f8996; --mark: #9dbff5; --bad: #f4a199; --bad-soft: #3d2120; --good: #8ed0a8; --good-soft: #1b3323 } }
*, ::before, ::after { box-sizing: border-box }
html { -webkit-text-size-adjust: 100% }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif; overflow-wrap: anywhere }
main { width: 100%; max-width: 26rem; padding: 1.5rem; background: var(--card); border: 1px solid var(--line); border-top: 4px solid var(--brand, var(--ink)); border-radius: 6px; display: grid; gap: 1.25rem }
h1 { font-size: 1.4rem; line-height: 1.25; margin: 0 } p { margin: 0 } form { margin: 0 }
.logo { display: block; max-width: 100%; max-height: 3rem; width: auto; height: auto }
.plate { justify-self: start; max-width: 100% }
@media (prefers-color-scheme: dark) { .plate { background: #fff; padding: .5rem; border-radius: 4px } }
.code { display: grid; gap: .6rem } label { font-weight: 600 }
input { width: 100%; min-height: 3.25rem; padding: .5rem .75rem; font: 1.6rem/1.2 ui-monospace, "SF Mono", Menlo, Consolas, monospace; letter-spacing: .12em; color: inherit; background: var(--card); border: 1px solid var(--field); border-radius: 4px }
input.words { font-size: 1.1rem; letter-spacing: .04em } input[aria-invalid] { border-color: var(--bad); border-width: 2px }
button { min-height: 2.75rem; padding: .5rem 1rem; font: inherit; color: inherit; background: transparent; border: 1px solid var(--field); border-radius: 4px; cursor: pointer } button:disabled { color: var(--soft); border-style: dashed; cursor: default }
.go { display: block; width: 100%; min-height: 3rem; padding: .7rem 1rem; font-weight: 600; line-height: 1.3; text-align: center; text-decoration: none; color: var(--brand-ink, var(--card)); background: var(--brand, var(--ink)); border: 1px solid var(--field); border-radius: 4px }
:focus-visible { outline: 3px solid var(--mark); outline-offset: 2px } [data-ended]:focus { outline: none }
.notice { padding: .6rem .8rem; border-inline-start: 4px solid; color: var(--bad); background: var(--bad-soft) } .notice.good { color: var(--good); background: var(--good-soft) }
.facts { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; color: var(--soft) } .ways, [data-part="ways"] { display: grid; gap: .75rem } .ways form, [data-part="ways"] form { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem .75rem } [data-hint] { color: var(--soft) }
.small { font-size: .875rem; color: var(--soft) } a { color: var(--mark) } [data-part]:empty { display: none } [hidden] { display: none !important }
`

/** @param colour of the service, #rrggbb; null: ink on paper */
export function styleFor(colour: string | null): string {
  return colour === null
    ? STYLE
    : `${STYLE}:root { --brand: ${colour}; --brand-ink: ${inkOn(colour)} }\n`
}
