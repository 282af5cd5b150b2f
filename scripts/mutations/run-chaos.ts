// Builds broken versions of the service, in a copy of the project, and expects the chaos run to name each fault.
// It must not touch the project itself, nor mistake a run that could not begin for one that noticed something.

import { spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { mutated, readSources } from './apply.ts'
import { copyProject, endGroup, writeTexts } from './copy.ts'
import { CHAOS_BUILDS, type ChaosBuild } from './lists/chaos.ts'

const DEFAULT_SECONDS = 60
const DEFAULT_SEED = 1
/** The start and the end of a run. */
const MORE_MS = 240_000
const MAX_TOLD = 400

const option = (name: string) =>
  process.argv.find((_word, i) => process.argv[i - 1] === `--${name}`)
const seconds = Number(option('seconds') ?? DEFAULT_SECONDS)
const seed = Number(option('seed') ?? DEFAULT_SEED)
const only = option('only')

/** The output of the failed run; '' where it was green, undefined where it did not get that far. */
async function runChaos(root: string): Promise<string | undefined> {
  const report = join(root, 'report.json')
  const words = ['run', 'test/chaos/chaos.test.ts', '--reporter=json', `--outputFile=${report}`]
  const child = spawn(process.execPath, ['node_modules/vitest/vitest.mjs', ...words], {
    cwd: root,
    stdio: 'ignore',
    // A process group of its own: processes that the run started end with it.
    detached: true,
    env: {
      ...process.env,
      COUNTERSIGN_TEST_CHAOS_SECONDS: String(seconds),
      COUNTERSIGN_TEST_CHAOS_SEED: String(seed),
      COUNTERSIGN_TEST_SOURCES: '1',
    },
  })
  const timer = setTimeout(() => endGroup(child.pid), seconds * 1000 + MORE_MS)
  await new Promise((done) => child.once('exit', done))
  clearTimeout(timer)
  endGroup(child.pid)
  if (!existsSync(report)) return undefined
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as {
    testResults: { assertionResults: { status: string; failureMessages: string[] }[] }[]
  }
  const [result] = testResults.flatMap(({ assertionResults }) => assertionResults)
  return result?.status === 'passed' ? '' : result?.failureMessages.join('\n')
}

/** The intended violation, as the run reported it. */
function sightOf({ seenBy, seenAs }: ChaosBuild, said: string): string | undefined {
  return said.split('\n').find((line) => line.includes(`${seenBy}: `) && seenAs.test(line))
}

async function breakOne(build: ChaosBuild): Promise<boolean> {
  const root = copyProject()
  try {
    writeTexts(root, mutated(readSources('.'), build.name, build.changes))
    const said = await runChaos(root)
    const seen = said && sightOf(build, said)
    const instead = said === '' ? 'the run is green' : (said?.slice(0, MAX_TOLD) ?? 'no result')
    console.log(`${build.name}: ${seen ? `seen. ${seen.trim()}` : `NOT SEEN: ${instead}`}`)
    return Boolean(seen)
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

console.log(`seed ${seed}, ${seconds} s of faults each`)
const builds = CHAOS_BUILDS.filter(({ name }) => only === undefined || name === only)
if (builds.length === 0)
  throw new Error(`--only takes ${CHAOS_BUILDS.map(({ name }) => name).join(' or ')}`)
let isRight = true
for (const build of builds) isRight = (await breakOne(build)) && isRight
process.exitCode = isRight ? 0 : 1
