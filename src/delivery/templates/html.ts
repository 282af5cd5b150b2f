// The HTML of a mail: readable by screen readers, in the dark, and without images; nothing to click except a link that was asked for.
// `html` escapes every value.

import { html } from 'hono/html'

type MailParts = {
  language: string
  direction: 'ltr' | 'rtl'
  subject: string
  intro: string
  /** Shown in a mailbox's list, not in the mail; null: its first words are. */
  preheader: string | null
  /** null: the text itself contains it. */
  code: string | null
  /** Paragraphs below the code. */
  notes: readonly string[]
  /** Wherever it stands in a paragraph, it can be clicked; null: there is none. */
  link: string | null
  /** `@host #code`, the last line; null: none. */
  bound: string | null
}

/** #f2f2f2 on #1a1a1a is 15:1. Mail programs without media queries invert the colours themselves. */
const DARK =
  ':root{color-scheme:light dark}@media (prefers-color-scheme:dark){body{background:#1a1a1a!important;color:#f2f2f2!important}}'

/** Shown as it is: where it leads can be read before it is opened. */
function withLink(text: string, link: string | null) {
  const at = link === null ? -1 : text.indexOf(link)
  if (link === null || at < 0) return text
  const anchor = html`<a href="${link}" dir="ltr" style="color:inherit;overflow-wrap:anywhere">${link}</a>`
  return html`${text.slice(0, at)}${anchor}${text.slice(at + link.length)}`
}

// #1a1a1a on #ffffff is 17:1 (WCAG 2.2 §1.4.6 asks for 7:1). The code is text, left to right even
// in a right-to-left message, and one run without spaces: a copied code is the code.
export function layOutMail(mail: MailParts): string {
  const { language, direction, preheader, bound } = mail
  const hidden =
    preheader === null
      ? ''
      : html`<div style="display:none;max-height:0;overflow:hidden;mso-hide:all">${preheader}</div>\n`
  const code =
    mail.code === null
      ? ''
      : html`<p style="margin:0 0 20px;font-size:32px;line-height:1.2;font-weight:700;letter-spacing:4px"><bdi dir="ltr">${mail.code}</bdi></p>\n`
  const notes = mail.notes.map(
    (note) => html`<p style="margin:0 0 12px">${withLink(note, mail.link)}</p>\n`,
  )
  const last =
    bound === null ? '' : html`<p dir="ltr" style="margin:24px 0 0;font-size:13px">${bound}</p>\n`
  return String(html`<!doctype html>
<html lang="${language}" dir="${direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<style>${DARK}</style>
<title>${mail.subject}</title>
</head>
<body style="margin:0;padding:24px;background:#ffffff;color:#1a1a1a;font:16px/1.5 system-ui,sans-serif">
${hidden}<div role="main" lang="${language}" dir="${direction}" style="max-width:480px;margin:0 auto">
<p style="margin:0 0 12px">${withLink(mail.intro, mail.link)}</p>
${code}${notes}${last}</div>
</body>
</html>
`)
}
