// A login by CAMARA's One Time Password SMS, as a program has it that was written for an operator: two calls, their errors.
// Run: API_KEY=… node examples/camara/login.mjs     (Countersign with CAMARA_OTP=true; OTP_URL and API_KEY are all that is ours)

import { randomUUID } from 'node:crypto'
import { createInterface } from 'node:readline/promises'

const { OTP_URL = 'http://127.0.0.1:8080/one-time-password-sms/v1', API_KEY } = process.env
/** One of the service's own texts: `countersign preview --channel sms` prints them. */
const MESSAGE = '{{code}} is your {{brand}} code.'
const DEADLINE_MS = 10_000

/** @returns the body of a success, or the error in their form */
async function call(operation, body) {
  const answer = await fetch(`${OTP_URL}/${operation}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${API_KEY}`,
      'content-type': 'application/json',
      'x-correlator': randomUUID(),
    },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(DEADLINE_MS),
  })
  if (answer.status === 204) return {}
  const given = await answer.json()
  return answer.ok ? given : { error: given }
}

const say = (text) => process.stdout.write(`${text}\n`)

const user = createInterface(process.stdin, process.stdout)
const sent = await call('send-code', {
  phoneNumber: (await user.question('Number: ')).trim(),
  message: MESSAGE,
})
if (sent.error) {
  say(`No: ${sent.error.code}`)
  process.exit(1)
}
for (;;) {
  const code = (await user.question('Code: ')).trim()
  const { error } = await call('validate-code', { authenticationId: sent.authenticationId, code })
  // 204 lets in, and nothing else does.
  if (!error) break
  say(`No: ${error.code}`)
  if (error.code !== 'ONE_TIME_PASSWORD_SMS.INVALID_OTP') process.exit(1)
}
say('Come in.')
user.close()
