// A process that writes rows as the store does, and prints each once it was promised: run by recovery.test.ts.
// Arguments: the database, the first number, how many; `close`, or a file to make before the last one (watched-disk.c looks for it).

import { writeFileSync } from 'node:fs'
import { MIGRATIONS_FOLDER } from '../../src/paths.ts'
import { openDatabase } from '../../src/storage/sqlite/open.ts'
import { createWriter } from '../../src/storage/sqlite/writer.ts'

/** So that a row has pages of its own, in the table and in the index. */
const TEXT_LENGTH = 1_500

/** Each row changes an older one, in whose pages a half-written file is seen. */
const CHANGED_AFTER = 6

const [path = '', first = '', count = '', end] = process.argv.slice(2)
const last = Number(first) + Number(count) - 1
const client = await openDatabase({ path, migrationsFolder: MIGRATIONS_FOLDER })
client.exec('CREATE TABLE IF NOT EXISTS told (number INTEGER PRIMARY KEY, text TEXT) STRICT')
client.exec('CREATE INDEX IF NOT EXISTS told_by_text ON told (text)')
const insert = client.prepare('INSERT INTO told (number, text) VALUES (?, ?)')
const change = client.prepare('UPDATE told SET text = ? WHERE number = ?')
const writer = createWriter(client)
for (let number = Number(first); number <= last; number += 1) {
  if (end && end !== 'close' && number === last) writeFileSync(end, '')
  const text = `${number} `.repeat(TEXT_LENGTH / 2)
  // Some are promised by the sync of a later one.
  const job = () => {
    insert.run(number, text)
    change.run(`changed by ${text}`, number - CHANGED_AFTER)
  }
  await writer.write(job, { mayRepeat: number % 3 !== 0 })
  process.stdout.write(`${number}\n`)
}
// Closed, the database is checkpointed; a kill leaves the log.
if (end === 'close') client.close()
else process.kill(process.pid, 'SIGKILL')
