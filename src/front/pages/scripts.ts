// The script of the hosted page, as text: a file of its own in browser/, checked against the browser's types.
// It must not run in the bundle: scripts/bundle.ts puts the text in its place.

import { readFileSync } from 'node:fs'

const read = (name: string) => readFileSync(new URL(`./browser/${name}`, import.meta.url), 'utf8')

export const PAGE_SCRIPT = read('page.js')
