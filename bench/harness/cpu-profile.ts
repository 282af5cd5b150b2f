// Reads what `node --cpu-prof` wrote: the samples of some spans of time, each with its stack by source file.
// It must not need the profiled process, nor run anything.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { SourceMap } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Frame, partOf } from './flow-parts.ts'

type CallFrame = { functionName: string; url: string; lineNumber: number; columnNumber: number }
type Node = { id: number; callFrame: CallFrame; children?: number[] }
/** Times in microseconds of the machine's monotonic clock. */
type Profile = { nodes: Node[]; startTime: number; samples: number[]; timeDeltas: number[] }

/** Of the machine's monotonic clock. */
export type Span = { fromMs: number; toMs: number }

/** A package's own file, however deep it lies; else a file of ours, by the map's relative path. */
const PACKAGE_FILE = /^(?:.*\/)?(node_modules\/.*)$/
const OWN_FILE = /^(?:.*\/)?(src\/.*)$/

/** @returns the file of a function as the clone has it, through the map beside the bundled file */
function createResolver(): (frame: CallFrame) => Frame {
  const maps = new Map<string, SourceMap | undefined>()
  const mapOf = (file: string) => {
    if (!maps.has(file))
      maps.set(
        file,
        existsSync(`${file}.map`)
          ? new SourceMap(JSON.parse(readFileSync(`${file}.map`, 'utf8')))
          : undefined,
      )
    return maps.get(file)
  }
  return ({ functionName, url, lineNumber, columnNumber }) => {
    if (!url.startsWith('file:')) return { file: url, name: functionName }
    const file = fileURLToPath(url)
    const entry = mapOf(file)?.findEntry(lineNumber, columnNumber)
    const source = entry && 'originalSource' in entry ? entry.originalSource : file
    const found = PACKAGE_FILE.exec(source) ?? OWN_FILE.exec(source)
    return { file: found?.[1] ?? source, name: functionName }
  }
}

function partsOfNodes({ nodes }: Profile): Map<number, string | undefined> {
  const resolve = createResolver()
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, resolve(callFrame)]))
  const callers = new Map(nodes.flatMap(({ id, children = [] }) => children.map((c) => [c, id])))
  const stackOf = (id: number) => {
    const stack: Frame[] = []
    for (let at: number | undefined = id; at !== undefined; at = callers.get(at))
      stack.push(frames.get(at) as Frame)
    return stack
  }
  return new Map(nodes.map(({ id }) => [id, partOf(stackOf(id))]))
}

/** @returns microseconds by part, the idle ones left out */
function readProfile(path: string, spans: readonly Span[]): Map<string, number> {
  const profile = JSON.parse(readFileSync(path, 'utf8')) as Profile
  const parts = partsOfNodes(profile)
  const sums = new Map<string, number>()
  let at = profile.startTime / 1000
  for (const [i, id] of profile.samples.entries()) {
    const micros = profile.timeDeltas[i] ?? 0
    at += micros / 1000
    const part = parts.get(id)
    if (part !== undefined && spans.some(({ fromMs, toMs }) => at > fromMs && at <= toMs))
      sums.set(part, (sums.get(part) ?? 0) + micros)
  }
  return sums
}

/** CPU.date.time.pid.thread.number.cpuprofile: the main thread is number 0. */
const NAME = /^CPU\.\d+\.\d+\.\d+\.(\d+)\.\d+\.cpuprofile$/

export type ThreadKind = 'main' | 'worker'

/** All worker threads are one. */
export function readProfiles(
  directory: string,
  spans: readonly Span[],
): Record<ThreadKind, Map<string, number>> {
  const result = { main: new Map<string, number>(), worker: new Map<string, number>() }
  for (const name of readdirSync(directory)) {
    const thread = NAME.exec(name)?.[1]
    if (thread === undefined) continue
    const sums = result[thread === '0' ? 'main' : 'worker']
    for (const [part, micros] of readProfile(join(directory, name), spans))
      sums.set(part, (sums.get(part) ?? 0) + micros)
  }
  return result
}
