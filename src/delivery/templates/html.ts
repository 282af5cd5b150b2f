// The HTML of a mail: readable by screen readers, in the dark, and without images; nothing to click.
// `html` escapes every value.

import { html } from 'hono/html'

type MailParts = {
  language: string
  direction: 'ltr' | 'rtl'
  subject: string
  intro: string
  /** null: the text itself contains it. */
  code: string | null
  /** Paragraphs below the code. */
  notes: readonly string[]
}

// #1a1a1a on #ffffff is 17:1 (WCAG 2.2 §1.4.6 asks for 7:1). The code is text, left to right even
// in a right-to-left message, and one run without spaces: a copied code is the code.
export function layOutMail(mail: MailParts): string {
  const { language, direction } = mail
  const code =
    mail.code === null
      ? ''
      : html`<p style="margin:0 0 20px;font-size:32px;line-height:1.2;font-weight:700;letter-spacing:4px"><bdi dir="ltr">${mail.code}</bdi></p>\n`
  const notes = mail.notes.map((note) => html`<p style="margin:0 0 12px">${note}</p>\n`)
  return String(html`<!doctype html>
<html lang="${language}" dir="${direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${mail.subject}</title>
</head>
<body style="margin:0;padding:24px;background:#ffffff;color:#1a1a1a;font:16px/1.5 system-ui,sans-serif">
<div role="main" lang="${language}" dir="${direction}" style="max-width:480px;margin:0 auto">
<p style="margin:0 0 12px">${mail.intro}</p>
${code}${notes}</div>
</body>
</html>
`)
}
