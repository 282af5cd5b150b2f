// The step before a person is erased, and what was removed.
// It must not erase by a link: the form alone does.

import { html } from 'hono/html'
import type { Erased } from '../../retention/ports.ts'
import type { SignedInPage } from '../page.ts'
import { personPath } from './paths.ts'
import { PERSON_STYLE, type PersonShown } from './person-page.ts'
import { formToken, type Html, shell } from './shell.ts'

/** To be typed: no click alone does it. */
export const ERASE_WORD = 'ERASE'

const STYLE = `${PERSON_STYLE}
.sheet { background: var(--card); border: 1px solid var(--line); border-top: 2px solid var(--bad); padding: var(--s5); display: grid; gap: var(--s4); max-width: 44rem } .sheet.done { border-top-color: var(--good) }
.sheet ul { list-style: disc; padding-left: 1.2rem; display: grid; gap: var(--s1) } .sheet form { display: grid; gap: var(--s3); justify-items: start } .sheet input[name="confirm"] { max-width: 12rem }
.sheet dl { display: flex; flex-wrap: wrap; gap: var(--s3) var(--s6) } .sheet dd { font-size: var(--t5); font-weight: 600 } .sheet dt { font-size: var(--t2); color: var(--soft) }
`

function frame(page: SignedInPage, title: string, content: Html): Html {
  return shell(page, { title, current: '/admin/attempts', style: STYLE, body: content })
}

/** @param isMistyped the word was not the one; nothing was done */
export function eraseConfirmPage(
  page: SignedInPage,
  person: PersonShown,
  isMistyped: boolean,
): Html {
  const { service } = page.session.access
  const reach = service === null ? 'in every service' : `in the service ${service}`
  const wrong = isMistyped ? html` aria-invalid="true" aria-describedby="mistyped"` : ''
  const notice = isMistyped
    ? html`<p class="note bad" id="mistyped" role="alert">Nothing was erased: type ${ERASE_WORD} to go on.</p>`
    : ''
  return frame(
    page,
    `Erase ${person.masked}`,
    html`<p class="crumb"><a href="/admin/attempts">Attempts</a> / <a href="${personPath(person.sealed)}">one ${person.kind}</a> / erase</p>
<h1>Erase <span class="mono">${person.masked}</span></h1>
<div class="sheet"><p>This removes for good what is kept about this ${person.kind}, ${reach}:</p>
<ul><li>verifications, with their messages and events; open ones are canceled first,</li>${person.kind === 'subject' ? html`<li>authenticator apps and recovery codes,</li>` : ''}<li>their refusals and other lines in the log.</li></ul>
<p>Limits on messages are counted on until they end, and daily counts stay: neither names anybody. <strong>Guesses of the last day are forgotten</strong>: erase somebody who asks for it, not somebody who is locked out. The log records that something was erased, and by which key, not about whom.</p>
${notice}
<form method="post" action="/admin/person/erased">${formToken(page)}<input type="hidden" name="who" value="${person.sealed}">
<label for="confirm">Type ${ERASE_WORD} to confirm</label>
<input id="confirm" name="confirm" autocomplete="off" autocapitalize="characters" spellcheck="false" required${wrong}>
<div class="acts"><button class="danger">Erase for good</button><a class="button" href="${personPath(person.sealed)}">Keep it</a></div></form></div>`,
  )
}

export function erasedPage(page: SignedInPage, person: PersonShown, removed: Erased): Html {
  const isNothing = removed.verifications + removed.factors + removed.events === 0
  const factors: [string, number] = ['Apps and sets of recovery codes', removed.factors]
  const counts: [string, number][] = [
    ['Verifications', removed.verifications],
    ...(person.kind === 'subject' ? [factors] : []),
    ['Other lines of the log', removed.events],
  ]
  const told = isNothing
    ? html`<p>There was nothing to remove.</p>`
    : html`<dl>${counts.map(([name, count]) => html`<div><dt>${name}</dt><dd>${count}</dd></div>`)}</dl>`
  return frame(
    page,
    'Erased',
    html`<h1>Erased</h1>
<div class="sheet done"><p role="status">What was kept about <span class="mono">${person.masked}</span> is removed.</p>${told}<p><a href="/admin/attempts">To the attempts</a></p></div>`,
  )
}
