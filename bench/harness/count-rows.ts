// Fills the tables of counts as a service leaves them that had so many events in a month: rows in bulk, by one statement for
// each level and table, the same on both engines. It must not count: what is read is under test, not how it came to be.

/** Of a start: it, its message, the receipt, the check, the ending. */
const EVENTS_A_FLOW = 5
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const MINUTES_A_MONTH = 30 * 24 * 60
/** As long as rows are kept (src/counts/buckets.ts), by the number of the level. */
const LEVELS = [
  { level: 0, size: MINUTE_MS, rows: 49 * 60 },
  { level: 1, size: HOUR_MS, rows: 16 * 24 },
  { level: 2, size: DAY_MS, rows: 400 },
] as const
const COUNTRIES = 40
const PROVIDERS = ['twilio', 'vonage', 'infobip', 'aws-sms', 'smtp']
/** Each provider has half of what the one before it has, each country four fifths. */
const HALF = 0.5
const FIFTHS = 0.8
const BUCKETS = [0.05, 0.1, 0.2, 0.25, 0.15, 0.1, 0.05, 0.05, 0.03, 0.02]
const SERVICE = 'default'

type Value = readonly [dimension: number, value: string, share: number]

function shares(values: readonly string[], ratio: number): [string, number][] {
  const sizes = values.map((_, n) => ratio ** n)
  const sum = sizes.reduce((all, one) => all + one, 0)
  return values.map((value, n) => [value, (sizes[n] ?? 0) / sum])
}

/** By the numbers of src/counts/ports.ts: 0 all, 2 channel, 3 provider, 4 country, 5 purpose, 6 route. */
function valuesOf(): Value[] {
  const names = Array.from({ length: COUNTRIES }, (_, n) => {
    return String.fromCharCode(65 + (n % 26), 65 + Math.floor(n / 26))
  })
  const countries = shares(names, FIFTHS)
  const providers = shares(PROVIDERS, HALF)
  const of = (dimension: number, list: [string, number][]) =>
    list.map(([value, share]): Value => [dimension, value, share])
  const routes = countries.flatMap(([country, a]) =>
    providers.map(([name, b]): [string, number] => [`sms/${country}/${name}`, a * b]),
  )
  return [
    ...of(0, [['', 1]]),
    ...of(2, shares(['sms', 'email', 'voice'], HALF)),
    ...of(3, providers),
    ...of(4, countries),
    ...of(5, shares(['login', 'payment', 'signup', 'reset'], HALF)),
    ...of(6, routes),
  ]
}

const listed = (rows: readonly (readonly (string | number)[])[]) =>
  rows
    .map((row) => `(${row.map((one) => (typeof one === 'string' ? `'${one}'` : one)).join(', ')})`)
    .join(', ')

/** How many of a share come in the bucket of this number: whole ones, and as many in all as there should be. */
const timesIn = (flows: number, share: string) =>
  `floor((n.i + 1) * ${flows} * ${share}) - floor(n.i * ${flows} * ${share})`

/**
 * @param events in a month
 * @param now where the newest row is
 * @returns statements, in order
 */
export function countRowsSql(events: number, now: number): string[] {
  const perMinute = events / EVENTS_A_FLOW / MINUTES_A_MONTH
  const fill = LEVELS.flatMap(({ level, size, rows }) => {
    const flows = (perMinute * size) / MINUTE_MS
    const numbers = `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows - 1})`
    const key = `${level} AS level, ${now - (now % size)} - n.i * CAST(${size} AS bigint) AS at, s.service, v.dimension, v.value`
    const all = 'n CROSS JOIN bench_services s CROSS JOIN bench_values v'
    const each = `SELECT ${key}, ${timesIn(flows, 'v.share')} AS k FROM ${all}`
    const timed = `SELECT ${key}, b.kind, b.bucket, ${timesIn(flows, 'v.share * b.share')} AS k
      FROM ${all} CROSS JOIN bench_buckets b WHERE v.dimension < 6`
    const columns = 'level, at, service, dimension, value'
    return [
      `${numbers} INSERT INTO counts SELECT ${columns}, k, k, k, 0, 0, 0, k, 0, 0 FROM (${each}) r WHERE k > 0`,
      `${numbers} INSERT INTO count_costs SELECT ${columns}, 'USD', k, k, k * 7500 FROM (${each}) r WHERE k > 0`,
      `${numbers} INSERT INTO count_times SELECT ${columns}, kind, bucket, k FROM (${timed}) r WHERE k > 0`,
    ]
  })
  const buckets = [0, 1].flatMap((kind) => BUCKETS.map((share, n) => [kind, n + 5, share] as const))
  return [
    'CREATE TABLE bench_services (service text)',
    `INSERT INTO bench_services VALUES ('${SERVICE}'), ('')`,
    'CREATE TABLE bench_values (dimension integer, value text, share double precision)',
    `INSERT INTO bench_values VALUES ${listed(valuesOf())}`,
    'CREATE TABLE bench_buckets (kind integer, bucket integer, share double precision)',
    `INSERT INTO bench_buckets VALUES ${listed(buckets)}`,
    ...fill,
    'DROP TABLE bench_services',
    'DROP TABLE bench_values',
    'DROP TABLE bench_buckets',
  ]
}
