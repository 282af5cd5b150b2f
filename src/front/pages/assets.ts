// What the page loads from its own origin: its script, and the pictures of services. Each has its own address by what is in it.
// It must not be asked for anything by a name: nobody learns which services there are.

import { createHash } from 'node:crypto'
import type { Logo } from '../../verification/policy.ts'
import { PAGE_SCRIPT } from './scripts.ts'

export const ASSETS = '/v/assets'
const NAME_CHARACTERS = 22

export type Asset = { type: string; bytes: Uint8Array<ArrayBuffer> }

export type Assets = {
  /** The path of the page's script. */
  script: string
  /** The path of a service's picture; null: it has none. */
  logoOf(service: string): string | null
  /** By the last part of its path. */
  find(name: string): Asset | undefined
}

function nameOf(bytes: Uint8Array, ending: string): string {
  const hash = createHash('sha256').update(bytes).digest('base64url')
  return `${hash.slice(0, NAME_CHARACTERS)}.${ending}`
}

export function createAssets(logos: ReadonlyMap<string, Logo>): Assets {
  const assets = new Map<string, Asset>()
  const keep = (bytes: Uint8Array<ArrayBuffer>, ending: string, type: string): string => {
    const name = nameOf(bytes, ending)
    assets.set(name, { type, bytes })
    return `${ASSETS}/${name}`
  }
  const script = keep(new TextEncoder().encode(PAGE_SCRIPT), 'js', 'text/javascript; charset=utf-8')
  const paths = new Map(
    [...logos].map(([service, { type, base64 }]) => {
      const bytes = new Uint8Array(Buffer.from(base64, 'base64'))
      return [service, keep(bytes, type === 'image/png' ? 'png' : 'svg', type)]
    }),
  )
  return {
    script,
    logoOf: (service) => paths.get(service) ?? null,
    find: (name) => assets.get(name),
  }
}
