import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { DEV_KEYS_FILE, DevKeysError, ensureDevKeys } from '../../src/config/load.ts'

const MODULE = join(import.meta.dirname, '../../src/config/load.ts')
const RACERS = 6
const MODE_BITS = 0o777

let root: string
let dataDir: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'dev-keys-'))
  dataDir = join(root, 'data')
})
afterEach(() => {
  rmSync(root, { recursive: true, force: true })
})

function modeOf(path: string): number {
  return statSync(path).mode & MODE_BITS
}

it('creates keys once, for their owner only', () => {
  const keys = ensureDevKeys(dataDir)
  expect(Buffer.from(keys.secretKey, 'base64')).toHaveLength(32)
  expect(keys.apiKey).not.toBe(keys.adminKey)
  expect(modeOf(dataDir)).toBe(0o700)
  expect(modeOf(join(dataDir, DEV_KEYS_FILE))).toBe(0o600)
  expect(ensureDevKeys(dataDir)).toEqual(keys)
  expect(readdirSync(dataDir)).toEqual([DEV_KEYS_FILE])
})

it('keeps to the modes under a loose umask', () => {
  const before = process.umask(0)
  try {
    ensureDevKeys(dataDir)
  } finally {
    process.umask(before)
  }
  expect(modeOf(dataDir)).toBe(0o700)
  expect(modeOf(join(dataDir, DEV_KEYS_FILE))).toBe(0o600)
})

/** A process of its own that waits for the start on its standard input, so that all begin at once. */
type Racer = { ready: Promise<unknown>; go: () => void; answer: Promise<string> }

function startRacer(): Racer {
  const script = `
    const { ensureDevKeys } = await import(${JSON.stringify(MODULE)})
    process.stdout.write('ready')
    await new Promise((resolve) => process.stdin.once('data', resolve))
    process.stdout.write(JSON.stringify(ensureDevKeys(${JSON.stringify(dataDir)})))
    process.exit(0)`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script])
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk
  })
  const answer = once(child, 'close').then(() => said.replace('ready', ''))
  return { ready: once(child.stdout, 'data'), go: () => child.stdin.end('go'), answer }
}

it('gives one set to all processes that start at once', async () => {
  const racers = Array.from({ length: RACERS }, startRacer)
  await Promise.all(racers.map((racer) => racer.ready))
  for (const racer of racers) racer.go()
  const answers = await Promise.all(racers.map((racer) => racer.answer))
  expect(new Set(answers).size).toBe(1)
  expect(JSON.parse(answers[0] ?? '')).toEqual(ensureDevKeys(dataDir))
  expect(readdirSync(dataDir)).toEqual([DEV_KEYS_FILE])
})

it('does not overwrite a file that holds something else', () => {
  ensureDevKeys(dataDir)
  writeFileSync(join(dataDir, DEV_KEYS_FILE), '{"secretKey":')
  expect(() => ensureDevKeys(dataDir)).toThrow(DevKeysError)
})
