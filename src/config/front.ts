// The settings of the hosted page: where it may lead back to, and its look. What of them is refused, and the pictures that are read once.
// It must not let a page lead anywhere that was not written out.

import { isColour } from '../kernel/contrast.ts'
import type { Logo, ServicePolicy } from '../verification/policy.ts'
import { hostOf, isLoopback } from './listen.ts'
import { type Parser, parseList, SettingError } from './parsers.ts'
import type { Reader } from './reader.ts'

/** Of a service: more are a mistake, or a pattern that somebody wrote out. */
export const MAX_RETURN_URLS = 20
/** A logo is a few kilobytes; a photograph is none. */
const MAX_LOGO_BYTES = 64 * 1024
const MAX_URL_CHARACTERS = 1024

/** An origin and a path, nothing else: what a start adds is its own query. */
export const parseReturnUrl: Parser<string> = (text) => {
  const url = URL.canParse(text) ? new URL(text) : null
  if (!url || !['http:', 'https:'].includes(url.protocol) || text.length > MAX_URL_CHARACTERS)
    throw new SettingError(`"${text}" is not an http or https URL`)
  if (url.username || url.password || url.search || url.hash)
    throw new SettingError(
      `"${text}" must not contain a user, a query or a fragment: a start may add a query of its own`,
    )
  if (text.includes('*')) throw new SettingError(`"${text}" contains *: write each URL out`)
  return url.href
}

export const parseReturnUrls: Parser<readonly string[]> = (text) => {
  const urls = [...new Set(parseList(parseReturnUrl)(text))]
  if (urls.length > MAX_RETURN_URLS)
    throw new SettingError(`has ${urls.length} URLs: at most ${MAX_RETURN_URLS}`)
  return urls
}

/** Any colour: the page writes on it in black or white, one of which is always readable (kernel/contrast.ts). */
export const parseColour: Parser<string> = (text) => {
  if (!isColour(text)) throw new SettingError(`"${text}" is not a colour like #1f4fa3`)
  return text.toLowerCase()
}

const DATA_URL = /^data:(image\/(?:png|svg\+xml));base64,([A-Za-z0-9+/]+={0,2})$/

/** A file's path, or a data: URL in base64. The file is read once all settings are known. */
export const parseLogo: Parser<string> = (text) => {
  if (/^https?:/i.test(text))
    throw new SettingError('is a URL of another host: give the path of a file, or a data: URL')
  if (/^data:/i.test(text)) decodeLogo(text)
  return text
}

const PNG = Buffer.from('89504e470d0a1a0a', 'hex')
/** What may stand before its root element: a byte order mark, the XML declaration, a doctype, comments. */
const SVG =
  /^\ufeff?\s*(?:<\?xml[^>]*\?>\s*|<!--(?:(?!-->)[\s\S])*-->\s*|<!DOCTYPE[^>[]*>\s*)*<svg[\s>]/i

/** By what is in it, not by its name. */
function toLogo(bytes: Buffer): Logo {
  if (bytes.length > MAX_LOGO_BYTES)
    throw new SettingError(`has ${bytes.length} bytes: a logo has at most ${MAX_LOGO_BYTES}`)
  const base64 = bytes.toString('base64')
  if (bytes.subarray(0, PNG.length).equals(PNG)) return { type: 'image/png', base64 }
  if (SVG.test(bytes.toString('utf8'))) return { type: 'image/svg+xml', base64 }
  throw new SettingError('is neither a PNG nor an SVG picture')
}

function decodeLogo(text: string): Logo {
  const [, , base64] = DATA_URL.exec(text) ?? []
  if (base64 === undefined)
    throw new SettingError('must look like data:image/png;base64,… or data:image/svg+xml;base64,…')
  return toLogo(Buffer.from(base64, 'base64'))
}

type ReadBytes = (path: string) => Uint8Array

function readLogo(text: string, readBytes: ReadBytes): Logo {
  if (text.startsWith('data:')) return decodeLogo(text)
  try {
    return toLogo(Buffer.from(readBytes(text)))
  } catch (error) {
    const { code = 'unreadable' } = error as NodeJS.ErrnoException
    const why = error instanceof SettingError ? error.message : `cannot be read (${code})`
    throw new SettingError(`the file "${text}" ${why}`)
  }
}

type Read = {
  services: ReadonlyMap<string, ServicePolicy>
  /** The default service: what is wrong with its own is reported under the settings' names. */
  base: ServicePolicy
  mode: 'development' | 'production'
}

/** Each file once, however many services show it. @returns by service */
function readLogos(
  reader: Reader,
  { services, base }: Read,
  readBytes: ReadBytes,
): ReadonlyMap<string, Logo> {
  const read = new Map<string, Logo | null>()
  const find = ({ name, brandLogo }: ServicePolicy): Logo | null => {
    if (brandLogo === null) return null
    const known = read.get(brandLogo)
    if (known !== undefined) return known
    read.set(brandLogo, null)
    try {
      read.set(brandLogo, readLogo(brandLogo, readBytes))
    } catch (error) {
      if (!(error instanceof SettingError)) throw error
      if (brandLogo === base.brandLogo) reader.note('BRAND_LOGO', error.message)
      else reader.note('SERVICES_FILE', `services.${name}.brand_logo: ${error.message}`)
    }
    return read.get(brandLogo) ?? null
  }
  const found = [...services.values()].map((service) => [service.name, find(service)] as const)
  return new Map(found.flatMap(([name, logo]) => (logo ? [[name, logo]] : [])))
}

/** What leads back carries an approval: nobody in between may read it. */
function checkReturnUrls(reader: Reader, { services, base, mode }: Read): void {
  if (mode !== 'production') return
  const isOpen = (url: string) => url.startsWith('http:') && !isLoopback(hostOf(url)) // mutant: C87.https-return
  const fault = (url: string) =>
    `${url} is not https: anybody in between could read the approval that the page adds to it`
  for (const url of base.returnUrls.filter(isOpen)) reader.note('RETURN_URLS', fault(url))
  for (const { name, returnUrls } of services.values())
    if (returnUrls !== base.returnUrls)
      for (const url of returnUrls.filter(isOpen))
        reader.note('SERVICES_FILE', `services.${name}.return_urls: ${fault(url)}`)
}

/** @returns the pictures by service */
export function readHostedPage(
  reader: Reader,
  read: Read,
  files: { readFile: (path: string) => string; readBytes?: ReadBytes },
): ReadonlyMap<string, Logo> {
  checkReturnUrls(reader, read)
  const asText: ReadBytes = (path) => Buffer.from(files.readFile(path))
  return readLogos(reader, read, files.readBytes ?? asText)
}

/** Of a JWT: anything that can be written and compared. */
export const parseAudience: Parser<string> = (text) => {
  if (!/^[\x21-\x7e]{1,255}$/.test(text))
    throw new SettingError('must be 1-255 printable characters without spaces')
  return text
}
