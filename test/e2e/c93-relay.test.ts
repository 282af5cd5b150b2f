// C93: a relayed code on two nodes of one PostgreSQL is one message, and one that was answered survives SIGKILL.

import { expect, it } from 'vitest'
import type { RelaySystem } from '../../src/kernel/relay-systems.ts'
import { GOLDEN, RELAY_ENV, sent, supabaseMail, supabaseSms } from '../relay/golden.ts'
import { startNodes, together } from './nodes.ts'
import {
  type ServiceProcess,
  startService,
  temporaryDirectory,
  UNLIMITED,
  waitFor,
} from './service-process.ts'
import { startSmtpSink } from './smtp-sink-process.ts'

const RECOVERY_MS = 75_000
const ROUNDS = 4

async function post(service: ServiceProcess, system: RelaySystem, payload: object) {
  // Signed for each try, as the systems do.
  const { body, headers } = sent(system, payload)
  const answer = await fetch(`${service.url}/relay/${system}`, { method: 'POST', headers, body })
  return { status: answer.status, text: await answer.text() }
}

it('C93: the same request at two nodes at once is one message', { timeout: 60_000 }, async () => {
  const nodes = await startNodes(
    { engine: 'postgres', processes: 2 },
    { ...RELAY_ENV, ...UNLIMITED },
  )
  try {
    const codes = Array.from({ length: ROUNDS }, (_, n) => String(540_000 + n))
    for (const code of codes) {
      const payloads = [
        ['supabase', supabaseSms(code, '+14155552680')],
        ['logto', GOLDEN.logto.payload(code, '+14155552681')],
      ] as const
      for (const [system, payload] of payloads) {
        const answers = await together(6, (n) =>
          post(nodes.all[n % 2] as ServiceProcess, system, payload),
        )
        expect(new Set(answers.map(({ status, text }) => `${status} ${text}`))).toEqual(
          new Set(['200 {}']),
        )
      }
    }
    const last = codes.at(-1)
    await waitFor('the last message', async () => {
      const found = (await nodes.messages()).filter(({ code }) => code === last)
      return found.length >= 2 || undefined
    })
    const messages = await nodes.messages()
    for (const code of codes)
      expect(
        messages
          .filter((one) => one.code === code)
          .map(({ to }) => to)
          .sort(),
      ).toEqual(['+14155552680', '+14155552681'])
  } finally {
    await nodes.stop()
  }
})

it('C93: what was answered 200 is sent, though the process is killed at once', {
  timeout: RECOVERY_MS + 30_000,
}, async () => {
  const directory = temporaryDirectory()
  const sink = await startSmtpSink()
  const env = {
    ...{ ...RELAY_ENV, ...UNLIMITED },
    ...{ SMTP_URL: `smtp://127.0.0.1:${sink.port}`, MAIL_FROM: 'Countersign <codes@example.com>' },
  }
  let service = await startService(directory.path, env)
  try {
    // The relay is loaded by the first one.
    const mails = Array.from({ length: 6 }, (_, n) => ({
      to: `kill-${n}@example.com`,
      code: String(640_000 + n),
    }))
    const answers = await Promise.all(
      mails.map(({ to, code }) =>
        post(service, 'supabase', supabaseMail('signup', { token: code }, { email: to })).then(
          (answer) => {
            service.kill('SIGKILL')
            return answer.status
          },
          () => undefined,
        ),
      ),
    )
    await service.exited
    const accepted = mails.filter((_, n) => answers[n] === 200)
    expect(accepted.length).toBeGreaterThan(0)
    service = await startService(directory.path, env)
    await waitFor(
      'a message for each',
      () => accepted.every(({ to }) => sink.mails.some((mail) => mail.to === to)) || undefined,
      RECOVERY_MS,
    )
    for (const { to, code } of accepted)
      expect(new Set(sink.mails.filter((mail) => mail.to === to).map((mail) => mail.code))).toEqual(
        new Set([code]),
      )
  } finally {
    await service.stop()
    await sink.stop()
    directory.remove()
  }
})
