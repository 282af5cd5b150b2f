// README's first login, followed by somebody who has an empty folder: the service, the package, the eight lines.

import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { API_KEY, type Real, startReal } from '../http/real.ts'
import { packed } from '../packed.ts'

const README = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8')
const [, SECTION = ''] = README.split('## A login in eight lines\n')
const PROGRAM = /```js\n\/\/ login\.mjs\n(.*?)```/s.exec(SECTION)?.[1] ?? ''

let real: Real
let folder: string

beforeAll(async () => {
  real = await startReal({ ARGON2_MEMORY_KIB: '64' })
  folder = mkdtempSync(join(tmpdir(), 'countersign-quick-start-'))
  // The registry's place is taken by the tarball that it would have.
  expect(SECTION).toContain('```sh\nnpm i @countersign/client\n```')
  const args = ['i', '--offline', '--no-audit', '--no-fund', packed('client')]
  execFileSync('npm', args, { cwd: folder, stdio: 'pipe' })
  writeFileSync(join(folder, 'login.mjs'), PROGRAM.replace('http://127.0.0.1:8080', real.url))
})
afterAll(async () => {
  await real.close()
  rmSync(folder, { recursive: true, force: true })
})

async function login(to: string, type: (code: string) => string): Promise<string> {
  const child = spawn(process.execPath, ['login.mjs'], { cwd: folder, env: { API_KEY } })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
  const ended = new Promise((resolve) => child.once('close', resolve))
  child.stdin.write(`${to}\n`)
  await expect.poll(() => output).toMatch(/Code: |No: /)
  if (output.includes('Code: ')) {
    const listed = await real.client.post('/verify/list', { to })
    const { code } = await real.message(listed.body.verifications[0].id)
    child.stdin.write(`${type(code)}\n`)
  }
  await ended
  return output
}

it('is eight lines', () => {
  expect(PROGRAM.trim().split('\n')).toHaveLength(8)
})

it('lets in with the code, and not with another', async () => {
  expect(await login('+14155552671', (code) => code)).toContain('Come in.')
  expect(await login('ann@example.com', () => '12')).toContain('No: invalid')
  expect(await login('nobody', () => '')).toContain('No: invalid')
})
