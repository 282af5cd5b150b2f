// Takes out one line of defence after another, in copies of the project, and expects the test it names to turn red.
// It must not touch the project itself, nor take a test that could not even be loaded for a red one.

import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startSharedServer } from '../test/postgres/server.ts'
import { broken, copyProject, endGroup } from './broken-copy.ts'
import { DEFENCES } from './defences/all.ts'
import type { Defence } from './defences/defence.ts'
import { testingPages } from './testing-page.ts'

/** CI has two cores; a copy of the project for each. */
const COPIES = 2
/** A broken line may leave a test waiting; the longest of them takes 5 s. */
const RUN_LIMIT_MS = 60_000
const TEST_LIMIT_MS = 30_000
/** All of those tests, once, with nothing broken. */
const UNBROKEN_LIMIT_MS = 240_000

/** One server for all of the runs: to start it takes longer than most tests. */
const postgresDirectory = mkdtempSync(join(tmpdir(), 'break-postgres-'))

type Outcome = { title: string; status: string; said: string }
type Verdict = { defence: Defence; fault: string | undefined; red: Outcome[]; seconds: number }

const escapePattern = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** One vitest over `files`, only what one of `titles` names. Undefined: it did not end, or ended without a word. */
async function runTests(
  root: string,
  files: readonly string[],
  titles: readonly string[],
  limitMs = RUN_LIMIT_MS,
) {
  const report = join(root, 'report.json')
  rmSync(report, { force: true })
  const pattern = titles.map(escapePattern).join('|')
  const words = ['run', ...files, '-t', pattern, '--reporter=json', `--outputFile=${report}`]
  // What waits for what its broken line keeps away is red in time to be counted.
  words.push(`--testTimeout=${TEST_LIMIT_MS}`)
  const child = spawn(
    process.execPath,
    ['node_modules/vitest/vitest.mjs', ...words, '--no-cache'],
    {
      cwd: root,
      stdio: 'ignore',
      env: {
        ...process.env,
        COUNTERSIGN_TEST_POSTGRES: postgresDirectory,
        COUNTERSIGN_TEST_PATIENCE_MS: '1000',
        COUNTERSIGN_TEST_SOURCES: '1',
      },
      // A group of its own: what its tests started ends with it.
      detached: true,
    },
  )
  const timer = setTimeout(() => endGroup(child.pid), limitMs)
  await new Promise((done) => child.once('exit', done))
  clearTimeout(timer)
  // A broken line may keep a test from ending the service that it started.
  endGroup(child.pid)
  if (!existsSync(report)) return undefined
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as {
    testResults: {
      assertionResults: { fullName: string; status: string; failureMessages: string[] }[]
    }[]
  }
  return testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .map(
      ({ fullName: title, status, failureMessages }): Outcome => ({
        ...{ title, status },
        said: failureMessages[0]?.split('\n')[0] ?? '',
      }),
    )
}

/** Why this is no red test; undefined: it is one. */
function faultOf(named: readonly Outcome[] | undefined, red: readonly Outcome[]) {
  if (!named) return 'no result within the time limit'
  if (named.length === 0) return 'the test did not run: what was broken does not load'
  const byItself = red.find(({ said }) => /^(ReferenceError|SyntaxError)\b/.test(said))
  if (byItself) return `the change itself is at fault: ${byItself.said}`
  return red.length > 0 ? undefined : 'the test is still green'
}

async function breakOne(root: string, defence: Defence): Promise<Verdict> {
  const began = performance.now()
  const { file, title } = defence.test
  const originals = new Map<string, string>()
  let outcomes: Outcome[] | undefined
  try {
    for (const change of defence.changes) {
      const path = join(root, change.file)
      const text = readFileSync(path, 'utf8')
      if (!originals.has(path)) originals.set(path, text)
      writeFileSync(path, broken(text, change))
    }
    outcomes = await runTests(root, [file], [title])
  } finally {
    for (const [path, text] of originals) writeFileSync(path, text)
  }
  const named = (outcomes ?? []).filter((one) => one.title.includes(title))
  const red = named.filter(({ status }) => status === 'failed')
  return {
    defence,
    fault: faultOf(outcomes && named, red),
    red,
    seconds: (performance.now() - began) / 1000,
  }
}

/** Every change fits its file, and every test that is named is there and green. */
async function checkUnbroken(root: string, defences: readonly Defence[]): Promise<string[]> {
  const faults: string[] = []
  for (const { changes } of defences) {
    const texts = new Map<string, string>()
    for (const change of changes)
      try {
        const text = texts.get(change.file) ?? readFileSync(join(root, change.file), 'utf8')
        texts.set(change.file, broken(text, change))
      } catch (error) {
        faults.push(error instanceof Error ? error.message : String(error))
      }
  }
  if (faults.length > 0) return faults
  const files = [...new Set(defences.map(({ test }) => test.file))]
  const titles = [...new Set(defences.map(({ test }) => test.title))]
  const outcomes = await runTests(root, files, titles, UNBROKEN_LIMIT_MS)
  if (!outcomes) return ['the tests did not run']
  for (const { test } of defences) {
    const named = outcomes.filter(({ title }) => title.includes(test.title))
    const isGreen = named.length > 0 && named.every(({ status }) => status === 'passed')
    const said = named[0]?.said || (named[0] ? `it was ${named[0].status}` : 'no such test')
    if (!isGreen) faults.push(`unbroken, ${test.file} › ${test.title}: ${said}`)
  }
  return [...new Set(faults)]
}

async function breakAll(roots: readonly string[], defences: readonly Defence[]) {
  const waiting = [...defences]
  const verdicts: Verdict[] = []
  const work = async (root: string) => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const verdict = await breakOne(root, next)
      verdicts.push(verdict)
      const { defence, fault, red, seconds } = verdict
      const said = fault ? `NOT RED: ${fault}` : `red: ${red[0]?.title}`
      console.log(
        `${defence.keeps.padEnd(4)} ${seconds.toFixed(1)} s  ${defence.line}\n     ${said}`,
      )
      if (isVerbose) console.log(`     ${red[0]?.said.slice(0, 160)}`)
    }
  }
  await Promise.all(roots.map(work))
  return verdicts
}

const isVerbose = process.argv.includes('--verbose')
/** `--only I7`, or the beginning of a line's words: while one is written. */
const only = process.argv.find((_word, i) => process.argv[i - 1] === '--only')
const defences = DEFENCES.filter(
  ({ keeps, line }) => only === undefined || keeps === only || line.startsWith(only),
)
const roots = Array.from({ length: COPIES }, copyProject)
const postgres = await startSharedServer(postgresDirectory)
try {
  const faults = await checkUnbroken(roots[0] as string, defences)
  for (const fault of faults) console.error(fault)
  const verdicts = faults.length > 0 ? [] : await breakAll(roots, defences)
  const green = verdicts.filter(({ fault }) => fault !== undefined)
  const isRight = faults.length === 0 && green.length === 0
  if (isRight && only === undefined && process.argv.includes('--write'))
    for (const [file, content] of testingPages()) writeFileSync(file, content)
  // Once more, at the end: a log is often cut at its beginning.
  for (const { defence, fault } of green)
    console.error(`${defence.keeps}  ${defence.line}\n     NOT RED: ${fault}`)
  console.log(
    `${verdicts.length - green.length} of ${defences.length} broken lines seen by their test`,
  )
  process.exitCode = isRight ? 0 : 1
} finally {
  await postgres.stop()
  for (const root of [...roots, postgresDirectory]) rmSync(root, { recursive: true, force: true })
}
