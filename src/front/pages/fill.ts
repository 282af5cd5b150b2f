// A text with its parts put in: as HTML, each part escaped and isolated from the direction around it; or as plain text, for a title.
// It must not put anything in unescaped.

import { html } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'

export type Html = HtmlEscapedString | Promise<HtmlEscapedString>

const PLACE = /\{\{(\w+)\}\}/

/** @param parts a string is escaped and isolated (`bdi`); HTML stays as it is */
export function fill(text: string, parts: Readonly<Record<string, string | Html>>): Html {
  const pieces = text.split(PLACE).map((piece, i) => {
    if (i % 2 === 0) return piece
    const part = parts[piece] ?? ''
    return typeof part === 'string' ? html`<bdi>${part}</bdi>` : part
  })
  return html`${pieces}`
}

export function fillPlain(text: string, parts: Readonly<Record<string, string>>): string {
  return text.replace(new RegExp(PLACE, 'g'), (_, name: string) => parts[name] ?? '')
}

/** `9:42`. */
export function describeLeft(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds))
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}
