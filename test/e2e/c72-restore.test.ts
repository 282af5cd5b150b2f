// C72: by the commands, beside a real service: backed up while it runs, refused while it runs, and no used code comes back.

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { program } from '../program.ts'
import {
  COMPILE_CACHE,
  codeFor,
  type ServiceProcess,
  startService,
  temporaryDirectory,
} from './service-process.ts'

const CLIENT_IP = '203.0.113.7'
const LIMITED = { CLIENT_IP: 'required', LIMIT_SENDS_PER_IP_BURST: '3/600' }

let directory: ReturnType<typeof temporaryDirectory>
let service: ServiceProcess
beforeEach(async () => {
  directory = temporaryDirectory()
  service = await startService(join(directory.path, 'data'), LIMITED)
})
afterEach(async () => {
  await service.stop()
  directory.remove()
})

function run(...words: string[]) {
  return spawnSync(process.execPath, [program().bin, ...words], {
    env: { PATH: process.env.PATH, ...COMPILE_CACHE, DATA_DIR: join(directory.path, 'data') },
    encoding: 'utf8',
  })
}
const begin = async (to: string) =>
  (await service.post('/verify/start', { to, client_ip: CLIENT_IP })).body

it('C72: a code used after the backup stays used, and limits continue', {
  timeout: 60_000,
}, async () => {
  const { id } = await begin('ann@example.com')
  const code = await codeFor(service, id)
  mkdirSync(join(directory.path, 'backups'))
  const backedUp = run('backup', '--to', join(directory.path, 'backups'))
  expect(backedUp).toMatchObject({ status: 0 })
  const copy = backedUp.stdout.trim()
  expect(copy).toMatch(/\/backups\/countersign-\d{8}T\d{6}Z\.db$/)

  expect((await service.post('/verify/check', { id, code })).status).toBe(200)
  await begin('bob@example.com')
  const early = run('restore', '--from', copy, '--void-pending')
  expect(early).toMatchObject({ status: 1, stdout: '' })
  expect(early.stderr).toContain('is in use: stop the service')
  await service.stop()

  expect(run('restore', '--from', copy).stderr).toContain('--void-pending is missing')
  const restored = run('restore', '--from', copy, '--void-pending', '--json')
  expect(restored).toMatchObject({ status: 0 })
  const told = JSON.parse(restored.stdout)
  expect(told).toMatchObject({ since_known: true, voided: { verifications: 1 } })
  expect(existsSync(told.kept_as)).toBe(true)

  service = await startService(join(directory.path, 'data'), LIMITED)
  const again = await service.post('/verify/check', { id, code })
  expect([again.status, again.body.error]).toEqual([409, 'verification_canceled'])
  // Two messages were counted before, in limits.db, which is not the copy's.
  expect((await begin('cid@example.com')).status).toBe('pending')
  expect((await begin('dan@example.com')).error).toBe('rate_limited')
  expect(readdirSync(join(directory.path, 'data')).join()).toContain('countersign.db.before-')
})
