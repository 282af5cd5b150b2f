// Moves a SQLite store into PostgreSQL: alone with both, resumable at any moment, and complete only once it was compared.
// It must not print, nor let a service begin on either side while it works.

import { StartupError } from '../../kernel/errors.ts'
import { copyRest, openTables, type Pace, type Progress, readAgain, sumTarget } from './copy.ts'
import { isSame, type Sum, TABLES } from './rows.ts'
import { openSource, type Source } from './source.ts'
import { type Marker, openTarget, type Sums, type Target } from './target.ts'

export type { Progress } from './copy.ts'

export type MoveOptions = {
  path: string
  /** Holds a password. */
  url: string
  sqliteMigrations: string
  postgresMigrations: string
  /** Rows of a transaction. */
  batch: number
  onProgress(progress: Progress): void
  /** A sentence for the operator. */
  onNote(note: string): void
  /** Aborted: it ends after the batch, and a later run continues. */
  signal: AbortSignal
}

export type ComparedTable = { table: string; source: Sum; target: Sum; isSame: boolean }
export type MoveResult = {
  /** `before`: it was complete, and the file has not changed since. */
  kind: 'complete' | 'before' | 'differs'
  tables: ComparedTable[]
}

type Both = { source: Source; target: Target; path: string; pace: Pace; options: MoveOptions }

function compare(source: Sums, target: Sums): ComparedTable[] {
  return TABLES.map(({ name }) => {
    const [one, other] = [source[name], target[name]]
    if (!one || !other) throw new Error(`${name} was not counted`)
    return { table: name, source: one, target: other, isSame: isSame(one, other) }
  })
}

/** Only the move of this very file is continued. */
function refuseOther(marker: Marker, { source, path }: Both): void {
  const isOther =
    marker.firstVerification !== null && marker.firstVerification !== source.firstVerification
  if (isOther)
    throw new StartupError(
      `the PostgreSQL database holds another file that was moved (${marker.file}, which begins with ${marker.firstVerification}), not ${path}: create an empty one (createdb) for this file.`,
    )
}

/** The file is only read: what services have done in the database since is theirs. */
async function confirm(marker: Marker, { source, target, path, pace }: Both): Promise<MoveResult> {
  const tables = await openTables(source, target)
  const changed = await readAgain(tables, marker.sums, pace)
  const grown = tables.filter(({ sum, rows }) => sum.rows() < rows).map(({ table }) => table.name)
  const different = [...new Set([...changed, ...grown])]
  if (different.length > 0)
    throw new StartupError(
      `the move into this database was complete, and ${path} has changed since (${different.join(', ')}): a service continued to use the file. Decide which of the two is right; to move the file again, create an empty database.`,
    )
  source.markMoved(true)
  return { kind: 'before', tables: compare(marker.sums, marker.sums) }
}

/** @returns the tables of the file, each at the first row that is not in the database */
async function goOn(marker: Marker, { source, target, path, pace, options }: Both) {
  const tables = await openTables(source, target)
  const isBegun = Object.keys(marker.sums).length > 0
  const changed = await readAgain(tables, marker.sums, pace)
  if (isBegun && changed.length === 0) return tables
  if (isBegun)
    options.onNote(
      `${path} has changed since the move was interrupted (${changed.join(', ')}): it starts over.`,
    )
  await target.empty(path, source.firstVerification)
  return openTables(source, target)
}

async function moveBetween(both: Both): Promise<MoveResult> {
  const { source, target, path, pace, options } = both
  const marker = await target.readMarker()
  if (marker) refuseOther(marker, both)
  if (marker && marker.completedAt !== null) return confirm(marker, both)
  await target.refuseServices()
  if (source.isMoved)
    options.onNote(
      `${path} was moved into another database earlier: what has been stored there since is not in the file.`,
    )
  if (!marker) await target.begin(path, source.firstVerification)
  const tables = marker ? await goOn(marker, both) : await openTables(source, target)
  const sums = await copyRest(tables, target, pace)
  const compared = compare(sums, await sumTarget(tables, target, pace))
  // mutant: I5.compare-every-row
  if (!compared.every((one) => one.isSame)) {
    await target.distrust()
    return { kind: 'differs', tables: compared }
  }
  await target.complete(sums)
  // Last: a file that is given up before the database is complete would leave nothing to start on.
  source.markMoved(true)
  return { kind: 'complete', tables: compared }
}

/**
 * @throws StartupError with what to do; the signal's reason where it was stopped. Run again, it continues.
 */
export async function moveStore(options: MoveOptions): Promise<MoveResult> {
  const { path, url, batch, signal } = options
  const source = openSource(path, options.sqliteMigrations)
  try {
    const target = await openTarget(url, options.postgresMigrations)
    const pace: Pace = {
      batch,
      report(progress) {
        options.onProgress(progress)
        signal.throwIfAborted()
      },
    }
    try {
      return await moveBetween({ source, target, path, pace, options })
    } finally {
      await target.close()
    }
  } finally {
    source.close()
  }
}

/** Lets services use the file again. @returns whether it was refused to them. @throws StartupError */
export function undoMove(path: string, sqliteMigrations: string): boolean {
  const source = openSource(path, sqliteMigrations)
  try {
    if (source.isMoved) source.markMoved(false)
    return source.isMoved
  } finally {
    source.close()
  }
}
