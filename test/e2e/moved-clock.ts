// Preloaded into a service process (--import …/moved-clock.ts?<file>): at its start and on SIGUSR2 its wall
// is moved by as many milliseconds as the file says. It must not touch any other clock: timers go on.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'

const file = decodeURIComponent(new URL(import.meta.url).search.slice(1))
const now = Date.now
let aheadMs = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0
Date.now = () => now() + aheadMs
process.on('SIGUSR2', () => {
  const text = readFileSync(file, 'utf8')
  aheadMs = Number(text)
  writeFileSync(`${file}.seen`, text)
})
