// What is wrong with the text of a setting before its meaning is looked at: empty, quoted, commented, another encoding.
// It must not repeat the text: it may be a secret's.

/** A name, and whether its text may hold quotes, comments and lines: JSON, a template. */
export type GivenName = { readonly name: string; readonly free?: true }

const LINE_BREAK = /[\r\n\v\f\u0085\u2028\u2029]/
/** `docker --env-file` and Kubernetes keep quotes (moby 46773); shells and Compose take them away. */
const QUOTED = /^(?:".*"|'.*'|`.*`|[“”„].*[“”]|[‘’‚].*[‘’]|«.*»)$/s
/** A template may be a JSON string: its double quotes stay. */
const QUOTED_FREE = /^(?:'.*'|[“”„].*[“”])$/s
/** `Studio #1` is a name, `abc # my key` is none. */
const COMMENT = /(?:^|\s)#(?!\d)/
/** Format characters but the two that join and part letters in names of many scripts. */
const INVISIBLE = /[[\p{Cc}\p{Cf}]--[\u200c\u200d]]/v

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}

function repeatsName(text: string, name: string): boolean {
  const [first = ''] = text.replace(/^export\s+/, '').split('=', 1)
  return text.includes('=') && [name, `${name}_FILE`].includes(first.trim())
}

/** @returns a sentence without the setting's name; undefined: nothing is wrong */
export function findFault(text: string, { name, free }: GivenName): string | undefined {
  // In UTF-16 every other byte of ASCII is zero; a decoder stands U+FFFD in for what is no UTF-8.
  if (/[\0\uFFFD]/.test(text)) return 'is not in UTF-8 (UTF-16?): save it as UTF-8' // mutant: C69.utf16-refused
  if (text.includes('\uFEFF')) return 'holds a byte order mark (U+FEFF): save it without one' // mutant: C69.bom-refused
  const trimmed = text.trim()
  if (trimmed === '') return 'is given but empty: give a value, or leave the setting out' // mutant: C69.empty-refused
  if (free) return QUOTED_FREE.test(trimmed) ? quoted() : undefined
  if (repeatsName(trimmed, name)) return `repeats the name: leave "${name}=" out` // mutant: C69.repeated-name-refused
  if (LINE_BREAK.test(trimmed)) return 'holds several lines: give one value on one line' // mutant: C69.multiline-refused
  if (QUOTED.test(trimmed)) return quoted() // mutant: C69.quotes-refused
  // mutant: C69.comment-refused
  if (COMMENT.test(trimmed))
    return 'holds a comment (#), which would be part of the value: put it on a line of its own'
  const [invisible] = INVISIBLE.exec(trimmed) ?? [] // mutant: C69.invisible-refused
  return invisible && `holds an invisible character (${codePoint(invisible)}): type it again`
}

function quoted(): string {
  return 'stands in quotes, which would be part of the value (docker --env-file keeps them): leave them out'
}

/** `tcp://10.0.0.1:9090`: what Kubernetes (and Docker's links) put into `<SERVICE>_PORT`. */
const SERVICE_LINK = /^(?:tcp|udp|sctp):\/\//

/** Of a variable that no person wrote: of a Service in the same namespace (sequin 2155). */
export function isServiceLink(name: string, value: string): boolean {
  return (
    (name.endsWith('_PORT') && SERVICE_LINK.test(value)) ||
    /_(?:SERVICE_(?:HOST|PORT(?:_[A-Z0-9_]+)?)|PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)$/.test(
      name,
    )
  )
}

/** For a setting that a service link has taken the name of. */
export function describeServiceLink(name: string): string {
  const service = name
    .replace(/_PORT$/, '')
    .toLowerCase()
    .replaceAll('_', '-')
  return `is a service link: Kubernetes sets it for the Service "${service}" of the namespace; put enableServiceLinks: false into the pod's spec, or give ${name} in the container's env`
}
