// The page of the link in a mail: a button in the browser that asked for it, a sentence in every other.
// It must not press anything for anybody, nor say more of a verification than its mail does.

import { html } from 'hono/html'
import type { VerificationStatus } from '../../verification/state.ts'
import { type Framed, framePage, type Look, logoOf, messagePage } from './frame.ts'
import { LINK_TEXTS, type LinkTexts } from './link-texts.ts'
import { headingOf } from './purpose.ts'
import type { Words } from './words.ts'

export type LinkPage = {
  words: Words
  look: Look
  purpose: string
  status: VerificationStatus
  /** It is the browser that asked. */
  isBound: boolean
  /** Of the page itself. */
  path: string
}

const textsOf = ({ tag }: Words): LinkTexts => LINK_TEXTS[tag] ?? (LINK_TEXTS.en as LinkTexts)

function sentencesOf({ words, status }: LinkPage): string[] {
  const { texts } = words
  const { elsewhere, done } = textsOf(words)
  switch (status) {
    case 'pending':
      return [elsewhere]
    case 'approved':
      return [done, texts.close]
    case 'closed':
      return [texts.close]
    case 'max_attempts_reached':
      return [texts.spent, texts.restart]
    default:
      return [texts[status], texts.restart]
  }
}

export function linkPage(page: LinkPage): Framed {
  const { words, look, purpose, status, isBound, path } = page
  const { html: heading, plain: title } = headingOf(words.texts, { brand: look.brand, purpose })
  if (status !== 'pending' || !isBound)
    return messagePage({ words, look, title, sentences: sentencesOf(page) })
  const main = html`<main>${logoOf(look)}<h1>${heading}</h1>
<p>${textsOf(words).here}</p>
<form method="post" action="${path}"><button class="go">${words.texts.go}</button></form>
<p class="small">${words.texts.warning}</p></main>`
  return framePage({ words, look, title, main })
}
