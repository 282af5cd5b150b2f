// A page run as its reader would: its ```sh blocks in order, in one bash, in an empty folder, beside a service that is given.
// It must not change a command, except for the service's address; `npm i` takes what this project has installed, not the registry's.

import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PATIENCE_MS } from '../long.ts'
import { program } from '../program.ts'

const ROOT = join(import.meta.dirname, '../..')
/** Where npm has put them: those that only the examples need may be beside these. */
const PACKAGES = ['node_modules', 'examples/node_modules'].map((one) => join(ROOT, one)).join(' ')
/** What pages call it, and README. */
export const WRITTEN_URL = 'http://127.0.0.1:8080'
/** A proxy that does not exist: who asks another host than this one fails. */
const CLOSED = 'http://127.0.0.1:9'
const NO_WAY_OUT = {
  ...{ http_proxy: CLOSED, https_proxy: CLOSED, all_proxy: CLOSED },
  ...{ no_proxy: '127.0.0.1', NODE_USE_ENV_PROXY: '1' },
}
/** Of what a command printed, in a failure. */
const SHOWN_CHARACTERS = 2000

/**
 * Before the first line, so that each command has the line that it has on the page. A trap names the one that failed.
 * `npm i NAME…` links the packages of this project.
 */
const PREAMBLE = [
  'set -Eeuo pipefail',
  `trap 'printf "%s:%s: %s\\n" "$PAGE" "$LINENO" "$BASH_COMMAND" >&2' ERR`,
  'npm() { [[ $1 == i ]] || return 64; shift; local name from; for name; do for from in $PACKAGES; do [[ -e $from/$name ]] && break; done || { echo "$name is not installed here" >&2; return 1; }; mkdir -p "$(dirname "node_modules/$name")"; ln -sfn "$from/$name" "node_modules/$name"; done; }',
].join('; ')

/** The ```sh blocks, each command on its line of the page; every other line is empty. */
export function scriptOf(page: string, text: string): string {
  let inside = false
  let count = 0
  const lines = text.split('\n').map((line, i) => {
    if (/^\s+```sh\b/.test(line))
      throw new Error(`${page}:${i + 1}: a block of commands is indented`)
    if (!inside && /^```sh\s*$/.test(line)) {
      inside = true
      count += 1
      return ''
    }
    if (inside && line === '```') {
      inside = false
      return ''
    }
    return inside ? line : ''
  })
  if (inside) throw new Error(`${page}: its last block has no end`)
  if (count === 0) throw new Error(`${page}: no block of commands (\`\`\`sh)`)
  if (lines[0] !== '') throw new Error(`${page}: begins with a command, not with a heading`)
  return lines.join('\n')
}

/** The ```env blocks: settings that the page's reader gives the service. */
export function settingsOf(text: string): [name: string, value: string][] {
  const blocks = [...text.matchAll(/^```env\n(.*?)^```$/gms)].map(([, inside = '']) => inside)
  return blocks
    .flatMap((block) => block.split('\n'))
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)])
}

export type Surroundings = {
  url: string
  /** Beside PATH and HOME: API_KEY and what else the reader has. */
  env: Readonly<Record<string, string>>
  deadlineMs?: number
}

/** What the reader has on the way: this Node, and the service's command. */
function toolsIn(folder: string): string {
  symlinkSync(process.execPath, join(folder, 'node'))
  symlinkSync(program().bin, join(folder, 'countersign'))
  return folder
}

function runScript(file: string, page: string, cwd: string, { env, deadlineMs }: Surroundings) {
  return new Promise<string>((resolve, reject) => {
    const child = spawn('bash', ['--noprofile', '--norc', file], {
      cwd,
      env: { ...NO_WAY_OUT, ...env, PAGE: page, PACKAGES, HOME: cwd },
      // With a group of its own: what its commands left running ends with it.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString()
      })
    const end = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      } catch {
        // All of them have ended.
      }
    }
    const milliseconds = deadlineMs ?? PATIENCE_MS
    let isLate = false
    const deadline = setTimeout(() => {
      isLate = true
      end()
    }, milliseconds)
    child.once('error', reject)
    child.once('exit', (code) => {
      clearTimeout(deadline)
      end()
      if (code === 0) return resolve(output)
      const what = isLate ? `not done after ${milliseconds} ms` : `ended with ${code}`
      const said = output.replaceAll(file, page).slice(-SHOWN_CHARACTERS)
      reject(new Error(`${page}: ${what}\n${said}`))
    })
  })
}

/**
 * @param page its path in the project
 * @returns what its commands printed. @throws Error that names page and line of the command that failed
 */
export async function runPage(page: string, given: Surroundings): Promise<string> {
  const text = readFileSync(join(ROOT, page), 'utf8')
  return runText(page, text, given)
}

export async function runText(page: string, text: string, given: Surroundings): Promise<string> {
  const script = PREAMBLE + scriptOf(page, text).replaceAll(WRITTEN_URL, given.url)
  const folder = mkdtempSync(join(tmpdir(), 'countersign-page-'))
  const cwd = mkdtempSync(join(tmpdir(), 'countersign-empty-'))
  try {
    const file = join(folder, 'page.sh')
    writeFileSync(file, script)
    const env = { ...given.env, PATH: `${toolsIn(folder)}:${process.env.PATH}` }
    return await runScript(file, page, cwd, { ...given, env })
  } finally {
    for (const one of [folder, cwd]) rmSync(one, { recursive: true, force: true })
  }
}
