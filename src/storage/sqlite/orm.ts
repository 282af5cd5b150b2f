// Drizzle over one open connection, its statements run by place: where each value goes and each column comes from is found
// once, when a statement is prepared. Drizzle finds it again at every call, which cost a flow some 70 µs.
// It must not change a statement, nor what a column's own mapping makes of a value.

import type { Database, Statement } from 'better-sqlite3'
import { Column, drizzle, is, type Orm, Param, Placeholder, SQL } from './drizzle.ts'

type Values = Record<string, unknown>
type Query = { params: readonly unknown[] }
type Coder = {
  mapFromDriverValue?(value: unknown): unknown
  mapToDriverValue?(value: unknown): unknown
}
type Fields = readonly { path: readonly string[]; field: unknown }[]

/** What a column makes of a value of the driver, and of one for it; none where it gives back what it is given. */
function mappingOf(coder: Coder) {
  const { mapFromDriverValue: from, mapToDriverValue: to } = coder
  const plain = Column.prototype
  return {
    from: from === plain.mapFromDriverValue ? undefined : from?.bind(coder),
    to: to === plain.mapToDriverValue ? undefined : to?.bind(coder),
  }
}

/** Of a column, or of an expression with a name or without. */
function coderOf(field: unknown): Coder {
  if (is(field, Column)) return field
  const expression = (is(field, SQL.Aliased) ? field.sql : field) as { decoder: Coder }
  return expression.decoder
}

/** @returns the values in the order of the statement's question marks */
function createFill({ params }: Query): (values?: Values) => unknown[] {
  const places = params.map((param) => {
    const holder = is(param, Param) ? param.value : param
    if (!is(holder, Placeholder)) return { name: undefined, to: undefined, fixed: param }
    const to = is(param, Param) ? mappingOf(param.encoder as Coder).to : undefined
    return { name: holder.name, to, fixed: undefined }
  })
  return (values = {}) =>
    places.map(({ name, to, fixed }) => {
      if (name === undefined) return fixed
      const value = values[name]
      if (value === undefined) throw new Error(`a statement has no value for ${name}`)
      return to ? to(value) : value
    })
}

/** @returns the row as Drizzle's own mapping makes it */
function createRead(fields: Fields): (row: readonly unknown[]) => Values {
  const columns = fields.map(({ path: [name = ''], field }) => {
    return { name, from: mappingOf(coderOf(field)).from }
  })
  return (row) => {
    const read: Values = {}
    for (let i = 0; i < columns.length; i += 1) {
      const { name, from } = columns[i] as (typeof columns)[number]
      const value = row[i]
      read[name] = from && value !== null ? from(value) : value
    }
    return read
  }
}

type Prepared = {
  stmt: Statement
  run(values?: Values): unknown
  all(values?: Values): unknown
  get(values?: Values): unknown
}

function runByPlace(prepared: Prepared, query: Query, fields: Fields | undefined): Prepared {
  const { stmt } = prepared
  const fill = createFill(query)
  prepared.run = (values) => stmt.run(fill(values))
  if (!fields?.every(({ path }) => path.length === 1)) return prepared
  const read = createRead(fields)
  const rows = stmt.raw()
  prepared.all = (values) => (rows.all(fill(values)) as unknown[][]).map(read)
  prepared.get = (values) => {
    const row = rows.get(fill(values)) as unknown[] | undefined
    return row && read(row)
  }
  return prepared
}

type Session = { prepareQuery(query: Query, fields?: Fields, ...rest: unknown[]): Prepared }

/** Every statement is prepared once, where its file is created. */
export function createOrm(client: Database): Orm {
  const orm = drizzle(client)
  const { session } = orm as unknown as { session: Session }
  const prepare = session.prepareQuery.bind(session)
  session.prepareQuery = (query, fields, ...rest) =>
    runByPlace(prepare(query, fields, ...rest), query, fields)
  return orm
}
