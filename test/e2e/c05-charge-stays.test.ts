// C5: whatever becomes of a check whose code was compared, its attempt is charged before anything is told (CVE-2026-35597).
// Hashes are slow here, so that there is time while a code is compared.

import { request } from 'node:http'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EVENT_CODES } from '../../src/storage/sqlite/event-rows.ts'
import { tally, together } from './nodes.ts'
import {
  ADMIN_KEY,
  type Answer,
  API_KEY,
  codeFor,
  type ServiceProcess,
  startService,
  temporaryDirectory,
  UNLIMITED,
  waitFor,
  wrong,
} from './service-process.ts'

const MAX_ATTEMPTS = 5
/** Some 200 ms a hash, and none made in advance. Five in turn end within a hash's deadline on a machine ten times as slow. */
const SLOW = { ARGON2_MEMORY_KIB: '65536', ARGON2_PASSES: '4', HASH_CONCURRENCY: '1' }
const ENV = { ...UNLIMITED, ...SLOW, MINT_SIZE: '0' }

const directory = temporaryDirectory()
let service: ServiceProcess
beforeAll(async () => {
  service = await startService(directory.path, ENV)
})
afterAll(async () => {
  service.kill('SIGKILL')
  await service.exited
  directory.remove()
})

async function begin(to: string): Promise<{ id: string; code: string }> {
  const { body } = await service.post('/verify/start', { to })
  return { id: body.id, code: await codeFor(service, body.id) }
}

const check = (id: string, code: string) => service.post('/verify/check', { id, code })
const look = async (id: string) => (await service.get(`/verify/${id}`)).body

async function incorrect(id: string): Promise<number> {
  const db = new Database(join(directory.path, 'countersign.db'), { readonly: true })
  try {
    return db
      .prepare(
        'SELECT count(*) FROM events JOIN verifications v ON v.seq = verification_seq WHERE v.id = ? AND type = ?',
      )
      .pluck()
      .get(id, EVENT_CODES['check.incorrect']) as number
  } finally {
    db.close()
  }
}

const charged = (id: string, left: number) =>
  waitFor('the charge', async () => (await look(id)).attempts_remaining === left || undefined)

/** Resolves while a code is compared. */
const comparing = () =>
  waitFor('a comparison', async () => {
    const headers = { authorization: `Bearer ${ADMIN_KEY}` }
    const { body } = await service.get('/admin/api/health', headers)
    return body.hashing.running > 0 || undefined
  })

/** A check on a connection of its own, which can be torn. */
function checkOnSocket(id: string, code: string): { destroy(): void; answered: Promise<boolean> } {
  const body = JSON.stringify({ id, code })
  const sent = request(`${service.url}/verify/check`, {
    method: 'POST',
    agent: false,
    headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
  })
  const answered = new Promise<boolean>((resolve) => {
    sent.on('response', () => resolve(true)).on('error', () => resolve(false))
  })
  sent.end(body)
  return { destroy: () => sent.destroy(), answered }
}

describe('C5: the request dies while its code is compared', () => {
  it('C5: client gone, wrong code: compared, and charged', async () => {
    const { id, code } = await begin('gone-wrong@example.com')
    const checking = checkOnSocket(id, wrong(code))
    await comparing()
    checking.destroy()
    expect(await checking.answered, 'no answer was read').toBe(false)
    await charged(id, MAX_ATTEMPTS - 1)
    expect(await incorrect(id)).toBe(1)
    expect(await look(id)).toMatchObject({ status: 'pending', attempts_remaining: 4 })
  })

  it('C5: a client that leaves at once each time gains no guess', async () => {
    const { id, code } = await begin('gone-often@example.com')
    for (let left = MAX_ATTEMPTS - 1; left >= 0; left -= 1) {
      const checking = checkOnSocket(id, wrong(code))
      await comparing()
      checking.destroy()
      await charged(id, left)
    }
    expect(tally([await check(id, code)])).toEqual({ '409 max_attempts_reached': 1 })
    expect(await look(id)).toMatchObject({ status: 'max_attempts_reached' })
    expect(await incorrect(id)).toBe(MAX_ATTEMPTS)
  })

  it('C5: client gone, right code: approved once, and only once', async () => {
    const { id, code } = await begin('gone-right@example.com')
    const checking = checkOnSocket(id, code)
    await comparing()
    checking.destroy()
    await waitFor('the approval', async () => (await look(id)).status === 'approved' || undefined)
    expect(tally([await check(id, code)])).toEqual({ '409 verification_approved': 1 })
  })

  it('C5: SIGKILL while a code is compared costs no attempt, for nothing was revealed', async () => {
    const { id, code } = await begin('killed@example.com')
    for (const typed of [wrong(code), code]) {
      const lost = check(id, typed).catch(() => 'died')
      await comparing()
      service.kill('SIGKILL')
      await service.exited
      expect(await lost).toBe('died')
      service = await startService(directory.path, ENV)
      expect(await incorrect(id), 'it died before anything was written').toBe(0)
      expect(await look(id)).toMatchObject({ status: 'pending', attempts_remaining: MAX_ATTEMPTS })
    }
    expect((await check(id, wrong(code))).body.attempts_remaining).toBe(MAX_ATTEMPTS - 1)
    expect((await check(id, code)).status).toBe(200)
  })
})

describe('C5: what a check writes is rolled back', () => {
  /** Every transaction that tells of a wrong code fails, as a full disk or a bug would make it. */
  function failWrong(): () => void {
    const db = new Database(join(directory.path, 'countersign.db'), { timeout: 5_000 })
    db.exec(`CREATE TRIGGER broken BEFORE INSERT ON events
      WHEN NEW.type = ${EVENT_CODES['check.incorrect']}
      BEGIN SELECT RAISE(ABORT, 'as the test says'); END`)
    return () => {
      db.exec('DROP TRIGGER broken')
      db.close()
    }
  }

  it('C5: 20 guesses whose effect fails are max_attempts guesses', async () => {
    const { id, code } = await begin('rolled-back@example.com')
    const mend = failWrong()
    let answers: Answer[]
    try {
      answers = await together(20, () => check(id, wrong(code)))
    } finally {
      mend()
    }
    const counts = tally(answers)
    expect(counts['409 max_attempts_reached']).toBe(20 - MAX_ATTEMPTS)
    expect(answers.filter(({ status }) => status >= 500)).toHaveLength(MAX_ATTEMPTS)
    expect(JSON.stringify(answers)).not.toContain('as the test says')
    expect(await incorrect(id), 'each was rolled back').toBe(0)
    // On a machine that is very busy a hash is not begun within its deadline: nothing was compared, so nothing is charged.
    const uncompared = counts['503 overloaded'] ?? 0
    expect((await look(id)).attempts_remaining).toBe(uncompared)
    for (let left = uncompared; left > 0; left -= 1) await check(id, wrong(code))
    expect(tally([await check(id, code)])).toEqual({ '409 max_attempts_reached': 1 })
  })

  it('C5: after one such guess the others are left, and the right code is approved', async () => {
    const { id, code } = await begin('rolled-back-once@example.com')
    const mend = failWrong()
    try {
      expect((await check(id, wrong(code))).status).toBeGreaterThanOrEqual(500)
    } finally {
      mend()
    }
    expect((await look(id)).attempts_remaining).toBe(MAX_ATTEMPTS - 1)
    expect((await check(id, code)).status).toBe(200)
  })
})
