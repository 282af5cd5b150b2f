// The scripts of the pages, as text: each is a file of its own in browser/, checked against the browser's types.
// It must not run in the bundle: scripts/bundle.ts puts the texts in its place.

import { readFileSync } from 'node:fs'

const read = (name: string) => readFileSync(new URL(`./browser/${name}`, import.meta.url), 'utf8')

export const LIVE_SCRIPT = read('live.js')
export const COPY_SCRIPT = read('copy.js')
/** Defines `localTimes`, which the other one calls. */
export const LOCAL_TIME_SCRIPT = read('local-time.js')
