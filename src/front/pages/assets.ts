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

function pictureOf({ type, base64 }: Logo) {
  const bytes = new Uint8Array(Buffer.from(base64, 'base64'))
  return { type, bytes, name: nameOf(bytes, type === 'image/png' ? 'png' : 'svg') }
}

/** By their services; for a page that does not answer with them. */
export const logoPaths = (logos: ReadonlyMap<string, Logo>): ReadonlyMap<string, string> =>
  new Map([...logos].map(([service, logo]) => [service, `${ASSETS}/${pictureOf(logo).name}`]))

export function createAssets(logos: ReadonlyMap<string, Logo>): Assets {
  const assets = new Map<string, Asset>()
  const keep = ({ name, ...asset }: Asset & { name: string }): string => {
    assets.set(name, asset)
    return `${ASSETS}/${name}`
  }
  const bytes = new TextEncoder().encode(PAGE_SCRIPT)
  const type = 'text/javascript; charset=utf-8'
  const paths = new Map(
    [...logos].map(([service, logo]) => [service, keep(pictureOf(logo))] as const),
  )
  return {
    script: keep({ type, bytes, name: nameOf(bytes, 'js') }),
    logoOf: (service) => paths.get(service) ?? null,
    find: (name) => assets.get(name),
  }
}
