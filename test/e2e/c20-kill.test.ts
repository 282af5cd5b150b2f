// C20: SIGKILL at random moments between a start's commit and the provider's answer.
// Every start that was answered has its message, always with the same code; nothing is stuck.

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
import { startSmtpSink } from './smtp-sink-process.ts'

/** CI runs all 200; `npm test` a few, each a start-up and a death. */
const KILLS = Number(process.env.COUNTERSIGN_TEST_KILLS ?? 8)
const STARTS_PER_KILL = 4
/** From the first request to the kill: the commit, the claim and the SMTP dialogue lie in it. */
const KILL_WITHIN_MS = 60
/** A lease of a worker that was killed runs out first. */
const RECOVERY_MS = 75_000

type Accepted = { id: string; to: string }

async function startUntilKilled(service: ServiceProcess, round: number): Promise<Accepted[]> {
  const requests = Array.from({ length: STARTS_PER_KILL }, async (_, i) => {
    const to = `kill-${round}-${i}@example.com`
    await sleep(Math.random() * 20)
    const answer = await service.post('/verify/start', { to }).catch(() => undefined)
    return answer?.status === 201 ? { id: answer.body.id as string, to } : undefined
  })
  await sleep(Math.random() * KILL_WITHIN_MS)
  service.kill('SIGKILL')
  await service.exited
  return (await Promise.all(requests)).filter((accepted) => accepted !== undefined)
}

it(`C20: ${KILLS} kills: every accepted start has its message after the restart, with one code`, {
  timeout: KILLS * 3_000 + RECOVERY_MS + 30_000,
}, async () => {
  const directory = temporaryDirectory()
  const sink = await startSmtpSink()
  const env = {
    ...LIGHT,
    ...UNLIMITED,
    SMTP_URL: `smtp://127.0.0.1:${sink.port}`,
    MAIL_FROM: 'Countersign <codes@example.com>',
  }
  try {
    const accepted: Accepted[] = []
    for (let round = 0; round < KILLS; round += 1) {
      const service = await startService(directory.path, env)
      accepted.push(...(await startUntilKilled(service, round)))
    }
    expect(accepted.length).toBeGreaterThan(0)

    const service = await startService(directory.path, env)
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
  } finally {
    await sink.stop()
    directory.remove()
  }
})
