// A login as an application for Twilio Verify has it: API_KEY=… node examples/twilio-verify/login.ts ada@example.com

import process from 'node:process'
import { createInterface } from 'node:readline/promises'
import twilio from 'twilio'
import { openService } from './verify.ts'

const [to = ''] = process.argv.slice(2)
const service = await openService()
const channel = to.includes('@') ? 'email' : 'sms'
const lines = createInterface({ input: process.stdin, output: process.stdout })

try {
  await service.verifications.create({ to, channel })
  for (;;) {
    const code = await lines.question(`The code that ${to} got: `)
    const { status } = await service.verificationChecks.create({ to, code })
    process.stdout.write(`${status}\n`)
    if (status !== 'pending') break
  }
} catch (error) {
  if (!(error instanceof twilio.RestException)) throw error
  process.stdout.write(`${error.status} ${error.code}: ${error.message}\n`)
  process.exitCode = 1
}
lines.close()
