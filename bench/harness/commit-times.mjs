// A hook for `node --import …?file=…`: writes down when the commit of each new verification was done.
// It must not change what the service does: it wraps one driver's `prepare`, beside the service.

import { openSync, writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const require = createRequire(join(process.cwd(), 'package.json'))
const Database = require('better-sqlite3')
// Not from the environment: a worker thread is given one of its own.
const file = openSync(new URL(import.meta.url).searchParams.get('file'), 'a')
const { prepare } = Database.prototype

/** Ids inserted in the transaction that is open. */
let fresh = []

function wrap(statement, method, after) {
  const original = statement[method]
  statement[method] = function wrapped(...args) {
    const result = original.apply(this, args)
    after(args)
    return result
  }
}

Database.prototype.prepare = function prepareAndWatch(sql) {
  const statement = prepare.call(this, sql)
  if (/^insert into "verifications"/i.test(sql)) {
    const note = (args) => {
      fresh.push(args.flat().find((arg) => /^vrf_/.test(arg)))
    }
    for (const method of ['run', 'get', 'all']) wrap(statement, method, note)
    // Drizzle reads rows of RETURNING through raw().
    const { raw } = statement
    statement.raw = function rawAndWatch(...args) {
      raw.apply(this, args)
      return this
    }
  }
  if (sql === 'COMMIT')
    wrap(statement, 'run', () => {
      if (fresh.length === 0) return
      const at = Number(process.hrtime.bigint()) / 1e6
      for (const id of fresh) writeSync(file, `${id} ${at}\n`)
      fresh = []
    })
  return statement
}
