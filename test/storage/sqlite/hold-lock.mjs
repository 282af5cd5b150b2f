// A process of its own that holds the write lock of a database until its standard input ends.

import Sqlite from 'better-sqlite3'

const client = new Sqlite(process.argv[2])
client.exec('BEGIN IMMEDIATE')
process.stdout.write('held\n')
process.stdin.resume()
process.stdin.on('end', () => {
  client.exec('ROLLBACK')
  client.close()
})
