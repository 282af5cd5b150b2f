// DKIM (RFC 6376) for mail servers that do not sign: the settings, and a mail with its signature in front.
// It must not let a mail out unsigned where a key is configured.

import { createPrivateKey, type KeyObject } from 'node:crypto'
import { asciiDomain, readEach, type SettingValues, wrong } from '../../provider-entry.ts'

export type DkimSettings = {
  domain: string
  selector: string
  /** PEM. */
  privateKey: string
  bits: number
}

const [DOMAIN, SELECTOR, KEY] = ['DKIM_DOMAIN', 'DKIM_SELECTOR', 'DKIM_PRIVATE_KEY'] as const

export const DKIM_ROWS = [
  {
    name: DOMAIN,
    description:
      'Signs mail by DKIM, for a mail server that does not: the domain, which is that of MAIL_FROM or one above it',
    optional: true,
  },
  {
    name: SELECTOR,
    description: 'The name of the key in DNS: <selector>._domainkey.<domain>',
    optional: true,
  },
  {
    name: KEY,
    description: 'The RSA key, PEM: openssl genrsa 2048 (best in a file: DKIM_PRIVATE_KEY_FILE)',
    secret: true,
    free: true as const,
    optional: true,
  },
]

/** RFC 6376 §3.1: labels, with dots between. */
export const DKIM_SELECTOR = /^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$/i
/** RFC 8301 §3.2: verifiers ignore signatures by shorter ones; a signer should use twice as many. */
const BITS = { least: 1024, advised: 2048 } as const

/** All three or none. @throws ProviderSettingError */
export function readDkim(values: SettingValues): DkimSettings | null {
  const given = [DOMAIN, SELECTOR, KEY].filter((name) => values[name] !== undefined)
  const [first] = given
  if (first === undefined) return null
  const present = (name: string) => {
    const value = values[name]
    if (value === undefined) throw wrong(name, `is missing: DKIM needs it (${first} is given)`) // mutant: C68.dkim-complete
    return value
  }
  const { key, ...rest } = readEach({
    domain: () => readDomain(present(DOMAIN)),
    selector: () => readSelector(present(SELECTOR)),
    key: () => readKey(present(KEY)),
  })
  const privateKey = key.export({ type: 'pkcs8', format: 'pem' }).toString()
  return { ...rest, privateKey, bits: key.asymmetricKeyDetails?.modulusLength ?? 0 }
}

function readDomain(text: string): string {
  const domain = asciiDomain(text.toLowerCase())
  if (domain === null || !/^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(domain))
    throw wrong(DOMAIN, 'is not a domain like example.com')
  return domain
}

function readSelector(text: string): string {
  if (DKIM_SELECTOR.test(text)) return text
  throw wrong(SELECTOR, 'is not a name such as s1, without the domain')
}

/** nodemailer signs by RSA alone, and sends the mail unsigned where it cannot. */
function readKey(text: string): KeyObject {
  let key: KeyObject
  try {
    // As it stands in a line of a .env file.
    key = createPrivateKey(text.replaceAll('\\n', '\n'))
  } catch {
    throw wrong(KEY, 'is not a private key in PEM without a passphrase')
  }
  if (key.asymmetricKeyType !== 'rsa') throw wrong(KEY, 'is not an RSA key') // mutant: C68.dkim-rsa-only
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
  if (bits < BITS.least) throw wrong(KEY, `has ${bits} bits: make one of ${BITS.advised}`)
  return key
}

/** @param from the domain of MAIL_FROM */
export function warnOfDkim({ domain, bits }: DkimSettings, from: string): string[] {
  const shared = (name: string) => name.split('.').slice(-2).join('.')
  return [
    ...(bits < BITS.advised ? [`${KEY}: has ${bits} bits; RFC 8301 advises ${BITS.advised}`] : []),
    ...(shared(domain) === shared(from.toLowerCase())
      ? []
      : [
          `${DOMAIN}: is not the domain of MAIL_FROM (${from}): DMARC does not count the signature`,
        ]),
  ]
}

export const loadDkim = async () => (await import('nodemailer/lib/dkim')).default

/** Relaxed/relaxed, as lines may be wrapped on the way. */
export async function signMail(mime: Buffer, dkim: DkimSettings): Promise<Buffer> {
  const Dkim = await loadDkim()
  const { domain: domainName, selector: keySelector, privateKey } = dkim
  const chunks: Buffer[] = []
  for await (const chunk of new Dkim({ domainName, keySelector, privateKey }).sign(mime))
    chunks.push(chunk as Buffer)
  const signed = Buffer.concat(chunks)
  if (!signed.subarray(0, 16).equals(Buffer.from('DKIM-Signature: ')))
    throw new Error('the mail was not signed')
  return signed
}
