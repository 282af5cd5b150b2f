// Where the run's one PostgreSQL server is told of, and its end. It starts when the first test asks (databases.ts).

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'

const END_TRIES = 100
const END_LOOK_MS = 20

function endServer(file: string): void {
  const { pid, directory } = JSON.parse(readFileSync(file, 'utf8'))
  try {
    process.kill(pid, 'SIGQUIT')
    for (let tries = 0; tries < END_TRIES; tries += 1) {
      process.kill(pid, 0)
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, END_LOOK_MS)
    }
  } catch {
    // It has ended.
  }
  rmSync(directory, { recursive: true, force: true })
}

/** In the directory of a server that several processes use. */
export const SERVER_FILE = 'server.json'

/** Where a server is told of that outlives the run: `npm run mutants` has one for its hundreds of runs. */
const KEPT = process.env.COUNTERSIGN_TEST_POSTGRES

export default function setup(project: TestProject): () => void {
  if (KEPT) {
    project.provide('postgresDirectory', KEPT)
    return () => {}
  }
  const directory = mkdtempSync(join(tmpdir(), 'countersign-tests-'))
  project.provide('postgresDirectory', directory)
  return () => {
    const file = join(directory, SERVER_FILE)
    if (existsSync(file)) endServer(file)
    rmSync(directory, { recursive: true, force: true })
  }
}
