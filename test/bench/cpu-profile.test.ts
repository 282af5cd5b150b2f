// What a profile's samples amount to: by part and thread, within the spans asked for.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { transformSync } from 'esbuild'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readProfiles } from '../../bench/harness/cpu-profile.ts'

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'profile-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

type Sample = [id: number, micros: number]
const IDLE = 2
const BUNDLED = 3
const PACKAGE = 4

/** As a bundle and its map lie beside each other; the folder of a package holds no map. */
function writeBundle(): { bundle: string; package: string } {
  const folder = join(directory, 'src/clone/dist')
  mkdirSync(join(folder, 'node_modules/argon2'), { recursive: true })
  const bundle = join(folder, 'main.js')
  const { code, map } = transformSync('export function count() {}', {
    ...{ sourcefile: '../src/limits/counting.ts', sourcemap: 'external' },
  })
  writeFileSync(bundle, code)
  writeFileSync(`${bundle}.map`, map)
  return { bundle, package: join(folder, 'node_modules/argon2/argon2.cjs') }
}

function writeProfile(name: string, startTime: number, samples: readonly Sample[]): void {
  const files = writeBundle()
  const frame = (functionName: string, file?: string) => ({
    ...{ functionName, url: file ? pathToFileURL(file).href : '', lineNumber: 0, columnNumber: 0 },
  })
  const nodes = [
    { id: 1, callFrame: frame('(root)'), children: [IDLE, BUNDLED] },
    { id: IDLE, callFrame: frame('(idle)') },
    { id: BUNDLED, callFrame: frame('count', files.bundle), children: [PACKAGE] },
    { id: PACKAGE, callFrame: frame('hash', files.package) },
  ]
  const [ids, timeDeltas] = [samples.map(([id]) => id), samples.map(([, micros]) => micros)]
  writeFileSync(
    join(directory, name),
    JSON.stringify({ nodes, startTime, samples: ids, timeDeltas }),
  )
}

const MAIN = 'CPU.20260101.120000.77.0.001.cpuprofile'
const WORKER = 'CPU.20260101.120000.77.1.002.cpuprofile'
const LIMITS = 'limits, their statements included'
const HASHING = 'hashing: calls and queue'

it('sums samples by the file that the map names, and leaves idle time out', () => {
  writeProfile(MAIN, 0, [
    [BUNDLED, 300],
    [IDLE, 400],
    [PACKAGE, 200],
    [BUNDLED, 100],
  ])
  const { main, worker } = readProfiles(directory, [{ fromMs: 0, toMs: 1 }])
  expect(Object.fromEntries(main)).toEqual({ [LIMITS]: 400, [HASHING]: 200 })
  expect(worker.size).toBe(0)
})

it('takes what lies within the spans, by the clock that the profile began at', () => {
  writeProfile(MAIN, 5_000_000, [
    [BUNDLED, 1000],
    [BUNDLED, 1000],
    [BUNDLED, 1000],
    [PACKAGE, 1000],
  ])
  const spans = [
    { fromMs: 5000, toMs: 5001.5 },
    { fromMs: 5003.5, toMs: 5009 },
  ]
  expect(Object.fromEntries(readProfiles(directory, spans).main)).toEqual({
    [LIMITS]: 1000,
    [HASHING]: 1000,
  })
})

it('keeps worker threads apart from the main one', () => {
  writeProfile(MAIN, 0, [[BUNDLED, 10]])
  writeProfile(WORKER, 0, [[BUNDLED, 20]])
  const { main, worker } = readProfiles(directory, [{ fromMs: 0, toMs: 1 }])
  expect([main.get(LIMITS), worker.get(LIMITS)]).toEqual([10, 20])
})
