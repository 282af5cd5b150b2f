// A process that writes rows as the store does, and prints each once it was promised: run by failed-sync.test.ts.
// Arguments: the database, the first number, how many, and a file to make before the last one (watched-disk.c looks for it).

import { writeFileSync } from 'node:fs'
import { MIGRATIONS_FOLDER } from '../../src/paths.ts'
import { openDatabase } from '../../src/storage/sqlite/open.ts'
import { createWriter } from '../../src/storage/sqlite/writer.ts'

const [path = '', first = '', count = '', signal] = process.argv.slice(2)
const last = Number(first) + Number(count) - 1
const client = await openDatabase({ path, migrationsFolder: MIGRATIONS_FOLDER })
client.exec('CREATE TABLE IF NOT EXISTS told (number INTEGER PRIMARY KEY) STRICT')
const insert = client.prepare('INSERT INTO told (number) VALUES (?)')
const writer = createWriter(client)
for (let number = Number(first); number <= last; number += 1) {
  if (signal && number === last) writeFileSync(signal, '')
  await writer.write(() => insert.run(number))
  process.stdout.write(`${number}\n`)
}
// As a kill would: closed, the database would be checkpointed.
process.kill(process.pid, 'SIGKILL')
