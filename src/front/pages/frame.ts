// The frame of every page that people see: its language and direction, the service's look, and the script where it has one.
// It must not insert anything unescaped except the project's own style, nor load anything from another host.

import { html, raw } from 'hono/html'
import type { Html } from './fill.ts'
import { styleFor } from './style.ts'
import type { Words } from './words.ts'

/** Of a service, by its settings alone: nobody else puts a picture or a colour here. */
export type Look = {
  brand: string
  /** #rrggbb. */
  colour: string | null
  /** The path of its picture. */
  logo: string | null
}

export const NO_LOOK: Look = { brand: '', colour: null, logo: null }

export type Framed = { html: Html; style: string }

/** @param script the path of one */
export function framePage(parts: {
  words: Words
  look: Look
  title: string
  main: Html
  script?: string
}): Framed {
  const { words, look, title, main, script } = parts
  const style = styleFor(look.colour)
  const loaded = script ? html`<script src="${script}" defer></script>` : ''
  return {
    style,
    html: html`<!doctype html>
<html lang="${words.tag}" dir="${words.direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${raw(style)}</style>
${loaded}
</head>
<body>
${main}
</body>
</html>`,
  }
}

/** Above the heading. */
export const logoOf = ({ logo, brand }: Look): Html | '' =>
  logo === null ? '' : html`<p class="plate"><img class="logo" src="${logo}" alt="${brand}"></p>`

/** Of one heading and sentences: where there is nothing to do, or nothing any more. */
export function messagePage(parts: {
  words: Words
  look: Look
  title: string
  sentences: readonly (string | Html)[]
}): Framed {
  const { words, look, title } = parts
  const sentences = parts.sentences.map((one) => html`<p>${one}</p>`)
  const main = html`<main data-over>${logoOf(look)}<h1>${title}</h1>${sentences}</main>`
  return framePage({ words, look, title, main })
}
