// One sentence and what to do: where a page can't be shown. And the step between another site and a page here.
// It must not tell anything from inside.

import { html } from 'hono/html'
import type { Page } from '../page.ts'
import { plainPage } from './plain-page.ts'
import { documentOf, type Html } from './shell.ts'

export function messagePage(page: Page, message: { title: string; advice: string }): Html {
  return plainPage(
    page,
    message.title,
    html`<h1>${message.title}</h1><p>${message.advice}</p><p><a href="/admin">To the console</a></p>`,
  )
}

/** Loads the same address from here, so that the browser sends its SameSite=Strict cookie along. */
export function bouncePage(page: Page): Html {
  const title = 'Opening the console'
  return documentOf(
    page,
    { title },
    html`<meta http-equiv="refresh" content="0; url=${page.path}"><main><h1>${title}</h1><p><a href="${page.path}">Go on</a></p></main>`,
  )
}
