// What changed, in a sentence, with the attempts behind it as a filter of the verifications. Pure.

import type { Change } from '../counts/changes.ts'
import { readRoute } from '../counts/names.ts'

let countries: Intl.DisplayNames | undefined

/** `Germany`; a code that is none stays as it is. */
export function countryName(code: string): string {
  // 4 MiB of ICU's data: a service whose overview nobody opens does not load them.
  countries ??= new Intl.DisplayNames('en', { type: 'region', fallback: 'code' })
  return /^[A-Z]{2}$/.test(code) ? (countries.of(code) ?? code) : code
}

type About = { channel: string | null; provider: string | null; country: string | null }

function aboutOf({ dimension, value }: Change): About {
  const nothing = { channel: null, provider: null, country: null }
  if (dimension === 'route') {
    const { channel, provider, country } = readRoute(value)
    return { channel, provider: provider || null, country: country || null }
  }
  return dimension === 'all' ? nothing : { ...nothing, [dimension]: value || null }
}

/** ` by twilio in France` */
function where({ channel, provider, country }: About): string {
  const by = provider === null ? '' : ` by ${provider}`
  if (country !== null) return `${by} in ${countryName(country)}`
  return channel === null ? by : `${by} (${channel})`
}

const percent = (share: number) => `${Math.round(share * 100)} %`

function sentence(change: Change, about: About): string {
  const { kind, now, usual, part, whole, dimension } = change
  const place = where(about)
  const direction = now < usual ? 'fell' : 'rose'
  const moved = `${direction} to ${percent(now)}, usually ${percent(usual)}`
  switch (kind) {
    case 'acceptance':
      return `Accepted messages${place} ${moved}: providers took ${part} of ${whole} tries.`
    case 'arrival':
      return `Arrived messages${place} ${moved}: ${part} of ${whole} that were reported.`
    case 'conversion':
      return `Conversion${place} ${moved}: ${part} of ${whole} verifications that ended were approved.`
    case 'volume': {
      const what = dimension === 'all' || dimension === 'country' ? 'Starts' : 'Messages'
      return `${what}${place} ${direction} to ${part}, usually ${usual} in these hours.`
    }
  }
}

/** Of what went wrong, the most. */
function troubled({ kind, now, usual, tally }: Change): Record<string, string> {
  if (kind === 'volume' || now >= usual) return {}
  const { failed, retried, undelivered } = tally
  if (kind === 'acceptance' || failed + retried > undelivered)
    return failed > 0 ? { delivery: 'failed' } : {}
  if (undelivered > 0) return { delivery: 'undelivered' }
  return { status: 'expired' }
}

const isBad = ({ kind, now, usual }: Change) => kind !== 'volume' && now < usual

export type ToldChange = {
  sentence: string
  /** A share that fell: somebody should look. */
  isBad: boolean
  /** Of the verifications: the attempts behind it. */
  filter: Readonly<Record<string, string>>
}

/** @param service null: of every service */
export function tellChange(change: Change, service: string | null): ToldChange {
  const about = aboutOf(change)
  const { channel, provider, country } = about
  return {
    sentence: sentence(change, about),
    isBad: isBad(change),
    filter: {
      ...(service !== null && { service }),
      ...(channel !== null && { channel }),
      ...(provider !== null && { provider }),
      ...(country !== null && { country }),
      ...troubled(change),
      from: new Date(change.since).toISOString().slice(0, 16),
    },
  }
}
