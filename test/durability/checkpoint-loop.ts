// Another process on the file: checkpoints at random moments, in each of SQLite's ways, until stdin ends.
// Run by power-cut.test.ts. It must not wait for anybody: a checkpoint that finds the file busy is tried again later.

import { setTimeout as pause } from 'node:timers/promises'
import Sqlite from 'better-sqlite3'

const MODES = ['PASSIVE', 'FULL', 'RESTART', 'TRUNCATE'] as const
const LONGEST_PAUSE_MS = 8

const db = new Sqlite(process.argv[2] ?? '', { timeout: 0, fileMustExist: true })
let isAsked = true
process.stdin.resume().on('end', () => {
  isAsked = false
})
process.stdout.write('ready\n')
while (isAsked) {
  const mode = MODES[Math.floor(Math.random() * MODES.length)]
  try {
    db.pragma(`wal_checkpoint(${mode})`)
  } catch (error) {
    if (!(error as { code?: string }).code?.startsWith('SQLITE_BUSY')) throw error
  }
  await pause(Math.random() * LONGEST_PAUSE_MS)
}
db.close()
