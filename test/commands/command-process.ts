// The countersign command beside a service that runs in this process: as a process of its own, or in this one.
// It must not wait synchronously: the service would stand still meanwhile.

import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { runCli } from '../../src/cli.ts'
import { COMPILE_CACHE } from '../e2e/service-process.ts'
import { type Real, ROOT_SECRET } from '../http/real.ts'
import { program } from '../program.ts'

const BIN = program().bin

export type Ended = { status: number | null; stdout: string; stderr: string }
export type Running = {
  child: ChildProcess
  /** So far, on stdout and on stderr. */
  told(): string
  complained(): string
  ended: Promise<Ended>
}

const settingsOf = (real: Real) => ({
  DATA_DIR: join(real.directory, 'data'),
  SECRET_KEY: ROOT_SECRET.toString('base64'),
})

/** @param env beside that of the service */
export function begin(real: Real, words: string[], env: Record<string, string> = {}): Running {
  const child = spawn(process.execPath, [BIN, ...words], {
    env: {
      PATH: process.env.PATH,
      ...COMPILE_CACHE,
      ...settingsOf(real),
      TZ: 'Asia/Tokyo',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const texts = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name]?.on('data', (chunk: Buffer) => {
      texts[name] += chunk
    })
  const ended = new Promise<Ended>((resolve) =>
    child.once('close', (status) => resolve({ status, ...texts })),
  )
  return { child, told: () => texts.stdout, complained: () => texts.stderr, ended }
}

export const run = (real: Real, words: string[], env: Record<string, string> = {}) =>
  begin(real, words, env).ended

/** For what needs no process: a tenth of the time. @param ask there is a person at a terminal */
export async function runHere(
  real: Real,
  words: string[],
  ask?: (question: string) => Promise<string>,
): Promise<Ended> {
  const texts = { stdout: '', stderr: '' }
  const write = (name: keyof typeof texts) => (text: string) => {
    texts[name] += text
  }
  const streams = { out: write('stdout'), err: write('stderr') }
  const terminal = { env: settingsOf(real), ...streams, ...(ask && { ask }) }
  return { status: await runCli(words, terminal), ...texts }
}
