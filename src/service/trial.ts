// What `npm start` prints on a developer's machine: the key, the inbox and two requests to try.
// It must not be printed in production: it holds a key.

import type { Config } from '../config/config.ts'

/** A number that is valid and belongs to nobody's phone in tests: the inbox takes the message. */
const TRIAL_NUMBER = '+14155552671'

/** A key that a setting gave is named, not printed: logs are kept, and read by others. */
function keyOf(config: Config, name: 'apiKey' | 'adminKey'): string {
  const setting = { apiKey: 'API_KEY', adminKey: 'ADMIN_KEY' }[name]
  return config.made[name] ? String(config[name]) : `$${setting}` // mutant: C69.given-key-unprinted
}

function curl(config: Config, url: string, path: string, body: string): string {
  const socket = config.listen.kind === 'unix' ? `--unix-socket ${config.listen.path} ` : ''
  const base = config.listen.kind === 'unix' ? 'http://localhost' : url
  return `curl -sS ${socket}${base}${path} -H "Authorization: Bearer ${keyOf(config, 'apiKey')}" -H 'Content-Type: application/json' -d '${body}'`
}

/** @param url where the service listens */
export function describeTrial(config: Config, url: string): string {
  return `
Countersign runs in development: ${url}
  API key    ${keyOf(config, 'apiKey')}
  Inbox      ${url}/dev/inbox   (messages land here, nothing is sent without a provider)
  Console    ${url}/admin   (sign in with ${keyOf(config, 'adminKey')})
  Reference  ${url}/docs

Start a verification, then check it with its id and the code from the inbox:

  ${curl(config, url, '/verify/start', `{"to":"${TRIAL_NUMBER}"}`)}

  ${curl(config, url, '/verify/check', '{"id":"vrf_…","code":"000000"}')}

`
}
