// node examples/relay/send.mjs SYSTEM [NUMBER] [CODE]: sends what that login system would, signed as it signs, and shows the
// message that came of it. Needs RELAY_<SYSTEM>_SECRET as the service has it; COUNTERSIGN_URL, default http://127.0.0.1:8080.

import { createHmac, randomInt, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'

const WAIT_MS = 10_000
const [system = '', to = '+14155552671', code = String(randomInt(100_000, 1_000_000))] =
  process.argv.slice(2)
const url = process.env.COUNTERSIGN_URL ?? 'http://127.0.0.1:8080'
const [secret = ''] = (process.env[`RELAY_${system.toUpperCase()}_SECRET`] ?? '').split(
  /,(?!whsec_)|\|/,
)
const seconds = String(Math.floor(Date.now() / 1000))
const id = randomUUID()

const hmac = (key, text) => createHmac('sha256', key).update(text)
const byHeader = () => ({ authorization: `Bearer ${secret}` })
const SIGN = {
  supabase(body) {
    const key = Buffer.from(secret.replace(/^v1,/, '').replace(/^whsec_/, ''), 'base64')
    return {
      'webhook-id': id,
      'webhook-timestamp': seconds,
      'webhook-signature': `v1,${hmac(key, `${id}.${seconds}.${body}`).digest('base64')}`,
    }
  },
  zitadel: (body) => ({
    'zitadel-signature': `t=${seconds},v1=${hmac(secret, `${seconds}.${body}`).digest('hex')}`,
  }),
  authgear: (body) => ({ 'x-authgear-body-signature': hmac(secret, body).digest('hex') }),
  kratos: byHeader,
  logto: byHeader,
  authentik: byHeader,
  keycloak: byHeader,
  auth0: byHeader,
  cognito: byHeader,
}

async function readMessage() {
  for (const end = Date.now() + WAIT_MS; Date.now() < end; ) {
    const inbox = await fetch(`${url}/dev/inbox`, { headers: { accept: 'application/json' } })
    const messages = inbox.ok ? await inbox.json() : []
    const found = messages.find((one) => one.to === to && one.code === code)
    if (found) return found.text
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

if (!Object.hasOwn(SIGN, system) || secret === '') {
  process.stderr.write(`Usage: RELAY_<SYSTEM>_SECRET=… node examples/relay/send.mjs SYSTEM [NUMBER] [CODE]
SYSTEM is one of ${Object.keys(SIGN).join(', ')}\n`)
  process.exit(64)
}
const template = readFileSync(new URL(`./${system}/payload.json`, import.meta.url), 'utf8')
const body = template.replaceAll('{{to}}', to).replaceAll('{{code}}', code).replaceAll('{{id}}', id)
const answer = await fetch(`${url}/relay/${system}`, {
  method: 'POST',
  headers: { 'content-type': 'application/json', ...SIGN[system](body) },
  body,
})
process.stdout.write(`${answer.status} ${await answer.text()}\n`)
const message = answer.ok ? await readMessage() : undefined
process.stdout.write(
  `${message ?? 'No message in the inbox (production has none: look at the phone).'}\n`,
)
process.exitCode = message === undefined ? 1 : 0
