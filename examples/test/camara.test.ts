// The program of an operator's customer, run against the real service with nothing changed but its address and token.

import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { API_KEY, type Real, startReal } from '../../test/http/real.ts'

let real: Real
beforeAll(async () => {
  real = await startReal({ CAMARA_OTP: 'true' })
})
afterAll(() => real.close())

function run() {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../camara/login.mjs')], {
    env: { API_KEY, OTP_URL: `${real.url}/one-time-password-sms/v1` },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const answer = async (question: RegExp, text: string) => {
    await expect.poll(() => output).toMatch(question)
    child.stdin.write(`${text}\n`)
  }
  return { ended, answer, output: () => output }
}

it('C96: lets in with the code, after a wrong one', async () => {
  const program = run()
  await program.answer(/Number: $/, '+14155552671')
  await expect.poll(program.output).toMatch(/Code: $/)
  const { body } = await real.client.post('/verify/list', { to: '+14155552671' })
  const { code } = await real.message(body.verifications[0].id)
  await program.answer(/Code: $/, code.startsWith('9') ? '000000' : '999999')
  await program.answer(/INVALID_OTP\nCode: $/, code)
  expect([await program.ended, program.output()]).toEqual([0, expect.stringContaining('Come in.')])
})

it('C96: shows a number that nobody can have in their words', async () => {
  const program = run()
  await program.answer(/Number: $/, '3301')
  expect([await program.ended, program.output()]).toEqual([
    ...[1, expect.stringContaining('No: INVALID_ARGUMENT')],
  ])
})
