// Whether each provider can be reached and accepts the login, without a message.
// It must not send anything, nor repeat what a provider answers in its own words.

import { adviseOn } from '../../admin/advice/advice.ts'
import type { Config } from '../../config/config.ts'
import type { Provider } from '../../delivery/ports.ts'
import { createProviders } from '../../delivery/registry.ts'
import type { Clock } from '../../kernel/clock.ts'
import { type Finding, finding, judgeClock } from './finding.ts'

/** No answer came. The advice for a message that may have gone out would be wrong here: none was sent. */
const NO_ANSWER = new Set([
  ...['timeout', 'connection_refused', 'connection_failed', 'connection_closed'],
  ...['connect_timeout', 'name_not_found', 'unreachable'],
])
const CHECK_CONNECTION =
  'Check host, port and TLS in its settings, and whether this machine can reach it (DNS, firewall).'

async function probe(provider: Provider, deadlineMs: number): Promise<Finding[]> {
  const check = `provider ${provider.name} (${provider.channels.join(', ')})`
  if (!provider.probe) return [finding(check, 'skipped', 'cannot be checked without a message')]
  const { result, learned, wallMs } = await provider.probe(AbortSignal.timeout(deadlineMs))
  const clock =
    wallMs === null ? [] : [judgeClock(`the provider ${provider.name}`, wallMs - Date.now())]
  if (result.kind === 'accepted') return [finding(check, 'ok', learned), ...clock]
  const { code, message } = result.error
  const advice = adviseOn({ provider: provider.name, code }, 'failed')
  const what = NO_ANSWER.has(code) // mutant: C71.doctor-never-ambiguous
    ? CHECK_CONNECTION
    : [advice.meaning, advice.action].filter(Boolean).join(' ')
  return [finding(check, 'failed', `${code}: ${message}. ${what}`), ...clock]
}

export async function checkProviders(
  config: Config,
  clock: Clock,
  deadlineMs: number,
): Promise<Finding[]> {
  if (config.providers.length === 0)
    return [
      finding(
        'providers',
        'skipped',
        'none is configured: in development messages go to /dev/inbox',
      ),
    ]
  const made = createProviders(config.providers, { clock, inbox: false })
  try {
    await made.prepare()
    const found = await Promise.all(made.providers.map((one) => probe(one, deadlineMs)))
    return found.flat()
  } finally {
    await made.close()
  }
}
