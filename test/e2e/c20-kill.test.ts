// C20: SIGKILL at random moments between a start's commit and the provider's answer.
// Every start that was answered has its message, always with the same code; nothing is stuck.

import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import {
  LIGHT,
  type ServiceProcess,
  startService,
  temporaryDirectory,
  UNLIMITED,
  waitFor,
} from './service-process.ts'
import { type SmtpSink, startSmtpSink } from './smtp-sink-process.ts'

/** CI runs all 200; `npm test` a few, each a start-up and a death. */
const KILLS = Number(process.env.COUNTERSIGN_TEST_KILLS ?? 2)
/** So many deaths of one file lie within a lease: no message is cut off by kill after kill until it is given up. */
const KILLS_PER_FILE = 10
const STARTS_PER_KILL = 4
/** Files at once: most of a kill's time is a start-up, on one core. */
const LANES = 2
/** From the first request, or its first answer, to the kill: the commit, the claim and the SMTP dialogue lie in it. */
const KILL_WITHIN_MS = 60
/** Every other kill waits for an accepted start: on a busy machine none may come within the time above. */
const waitsForAnswer = (round: number) => round % 2 === 0
/** A lease of a worker that was killed runs out first. */
const RECOVERY_MS = 75_000

type Accepted = { id: string; to: string }

async function startUntilKilled(
  service: ServiceProcess,
  label: string,
  isAwaited: boolean,
): Promise<Accepted[]> {
  const requests = Array.from({ length: STARTS_PER_KILL }, async (_, i) => {
    const to = `kill-${label}-${i}@example.com`
    await sleep(Math.random() * 20)
    const answer = await service.post('/verify/start', { to }).catch(() => undefined)
    return answer?.status === 201 ? { id: answer.body.id as string, to } : undefined
  })
  if (isAwaited) await firstOf(requests)
  await sleep(Math.random() * KILL_WITHIN_MS)
  service.kill('SIGKILL')
  await service.exited
  return (await Promise.all(requests)).filter((accepted) => accepted !== undefined)
}

/** @throws where none was accepted */
async function firstOf(requests: readonly Promise<Accepted | undefined>[]): Promise<void> {
  await Promise.any(
    requests.map(async (request) => {
      if (!(await request)) throw new Error('the start was not accepted')
    }),
  )
}

async function expectRecovery(
  service: ServiceProcess,
  sink: SmtpSink,
  accepted: readonly Accepted[],
): Promise<void> {
  await waitFor(
    'a message for every accepted start',
    () => accepted.every(({ to }) => sink.mails.some((mail) => mail.to === to)) || undefined,
    RECOVERY_MS,
  )
  for (const { id, to } of accepted) {
    const codes = new Set(sink.mails.filter((mail) => mail.to === to).map((mail) => mail.code))
    expect(codes.size, `messages to ${to} carry one code`).toBe(1)
    const checked = await service.post('/verify/check', { id, code: [...codes][0] })
    expect(checked.status, to).toBe(200)
  }
  expect(await service.stop()).toBe(0)
}

/** Kills on one file, then a last start; its recovery goes on while the next file's kills begin. */
async function killRepeatedly(group: number, sink: SmtpSink, path: string) {
  const env = {
    ...LIGHT,
    ...UNLIMITED,
    MINT_SIZE: '8',
    SMTP_URL: `smtp://127.0.0.1:${sink.port}`,
    MAIL_FROM: 'Countersign <codes@example.com>',
  }
  const accepted: Accepted[] = []
  const kills = Math.min(KILLS_PER_FILE, KILLS - group * KILLS_PER_FILE)
  for (let round = 0; round < kills; round += 1) {
    const service = await startService(path, env)
    const label = `${group}-${round}`
    accepted.push(...(await startUntilKilled(service, label, waitsForAnswer(round))))
  }
  const recovery = expectRecovery(await startService(path, env), sink, accepted)
  // Awaited at the end; until then a failure must not count as unhandled.
  recovery.catch(() => {})
  return { recovery, accepted: accepted.length, awaited: Math.ceil(kills / 2) }
}

it(`C20: ${KILLS} kills: every accepted start has its message after the restart, with one code`, {
  timeout: KILLS * 4_000 + RECOVERY_MS + 30_000,
}, async () => {
  const directory = temporaryDirectory()
  const sink = await startSmtpSink()
  try {
    const groups: Awaited<ReturnType<typeof killRepeatedly>>[] = []
    let next = 0
    const lane = async () => {
      while (next * KILLS_PER_FILE < KILLS) {
        const group = next++
        groups.push(await killRepeatedly(group, sink, join(directory.path, String(group))))
      }
    }
    await Promise.all(Array.from({ length: LANES }, lane))
    await Promise.all(groups.map(({ recovery }) => recovery))
    for (const { accepted, awaited } of groups) expect(accepted).toBeGreaterThanOrEqual(awaited)
    expect(groups.length).toBe(Math.ceil(KILLS / KILLS_PER_FILE))
  } finally {
    await sink.stop()
    directory.remove()
  }
})
