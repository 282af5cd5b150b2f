// A store for the console's pages: many old events, and among them the few that a filter looks for.
// It must not differ in anything but size from one run to the next.

import Database from 'better-sqlite3'
import { addOldRows } from './old-rows.ts'

/** Of one person: more than any but a test number has. */
const OF_A_PERSON = 40
/** The filler's own are hexadecimal, and no person could say them. */
export const REFERENCE = 'K7Q-42M'
/** The rare ones of a filter: one of so many. */
const RARE = 700

export type FilledStore = {
  events: number
  verifications: number
  /** Of the oldest and newest of the old rows. */
  from: number
  to: number
}

/**
 * @param path of a file with one finished flow (the first row), and one more verification: of the person to be found
 * @param events as many as there are to be, to within a verification's
 */
export function fillConsoleStore(path: string, events: number): FilledStore {
  const db = new Database(path)
  const number = (sql: string) => Number(db.prepare(sql).pluck().get())
  const template = number('SELECT min(seq) FROM verifications')
  const person = number('SELECT max(seq) FROM verifications')
  const each = number(`SELECT count(*) FROM events WHERE verification_seq = ${template}`)
  db.close()
  const total = Math.max(OF_A_PERSON, Math.round(events / each))
  addOldRows(path, total)
  const filled = new Database(path)
  filled.exec(`
    UPDATE verifications SET budget_index = (SELECT budget_index FROM verifications WHERE seq = ${person})
    WHERE seq IN (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${OF_A_PERSON})
      SELECT ${person} + i * ${total} / ${OF_A_PERSON} FROM n);
    UPDATE verifications SET country = 'FR' WHERE seq > ${person + total} - 2000 AND seq % ${RARE} = 0;
    UPDATE verifications SET country = 'DE' WHERE seq = ${person} + 1;
    UPDATE verifications SET reference = '${REFERENCE}' WHERE seq = ${person} + ${Math.ceil(total / 3)};
    PRAGMA wal_checkpoint(TRUNCATE)`)
  const of = (sql: string) => filled.prepare(sql).pluck().get()
  const result = {
    events: Number(of('SELECT count(*) FROM events')),
    verifications: Number(of('SELECT count(*) FROM verifications')),
    from: Number(of(`SELECT created_at FROM verifications WHERE seq = ${person} + 1`)),
    to: Number(of(`SELECT created_at FROM verifications WHERE seq = ${person} + ${total}`)),
  }
  filled.close()
  return result
}
