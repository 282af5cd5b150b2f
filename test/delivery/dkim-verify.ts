// A DKIM signature checked by RFC 6376, for tests: relaxed/relaxed and rsa-sha256, by its text and not by nodemailer's code.

import { createHash, type KeyObject, verify } from 'node:crypto'

type Tags = Readonly<Record<string, string>>
/** What is wrong with it; null: the signature is valid. */
export type Verdict = { tags: Tags; fault: string | null }

/** §3.4.2: unfold, one space for a run of blanks, none at either end. */
function relaxField(name: string, value: string): string {
  const unfolded = value.replace(/\r\n(?=[ \t])/g, '')
  return `${name.toLowerCase().trim()}:${unfolded.replace(/[ \t]+/g, ' ').trim()}`
}

/** §3.4.4: blanks at the ends of lines, runs of blanks, and empty lines at the end. */
function relaxBody(body: string): string {
  const lines = body.split('\r\n').map((line) => line.replace(/[ \t]+/g, ' ').replace(/ $/, ''))
  const text = lines.join('\r\n').replace(/(\r\n)+$/, '')
  return text === '' ? '' : `${text}\r\n`
}

function readTags(value: string): Tags {
  const pairs = value.split(';').flatMap((part) => {
    const at = part.indexOf('=')
    return at === -1 ? [] : [[part.slice(0, at).trim(), part.slice(at + 1).replace(/\s+/g, '')]]
  })
  return Object.fromEntries(pairs)
}

/** @param keyOf the key that DNS has under this name */
export function verifyDkim(raw: string, keyOf: (name: string) => KeyObject | undefined): Verdict {
  const split = raw.indexOf('\r\n\r\n')
  const fields = raw
    .slice(0, split)
    .split(/\r\n(?![ \t])/)
    .map((line): [string, string] => [
      line.slice(0, line.indexOf(':')),
      line.slice(line.indexOf(':') + 1),
    ])
  const own = fields.find(([name]) => name.toLowerCase() === 'dkim-signature')
  if (!own) return { tags: {}, fault: 'not signed' }
  const tags = readTags(own[1])
  if (tags.a !== 'rsa-sha256' || tags.c !== 'relaxed/relaxed') return { tags, fault: 'algorithm' }
  const body = relaxBody(raw.slice(split + 4))
  if (createHash('sha256').update(body).digest('base64') !== tags.bh) return { tags, fault: 'body' }
  // §5.4.2: of several fields of one name, from the last one up.
  const left = fields.filter((field) => field !== own).reverse()
  const signed = (tags.h ?? '').split(':').flatMap((name) => {
    const at = left.findIndex(([one]) => one.toLowerCase() === name.toLowerCase())
    const [found] = at === -1 ? [] : left.splice(at, 1)
    return found ? [`${relaxField(...found)}\r\n`] : []
  })
  // §3.7: its own field comes last, without the value of b= and without a line's end.
  const bare = relaxField(own[0], own[1].replace(/(\bb=)[^;]*/, '$1'))
  const key = keyOf(`${tags.s}._domainkey.${tags.d}`)
  if (!key) return { tags, fault: 'no key' }
  const data = Buffer.from(signed.join('') + bare)
  const isValid = verify('sha256', data, key, Buffer.from(tags.b ?? '', 'base64'))
  return { tags, fault: isValid ? null : 'signature' }
}
