// E-mail addresses: checked, the domain normalised, the local part as given but for needless quotes (RFC 5321 §2.3.11: only its host may interpret it).
// It must not guess a provider's rules (dots, tags) for where mail goes; `budgetForms` does so for counting only.

import { domainToASCII } from 'node:url'
import { readLocalPart } from './local-part.ts'
import { mailboxOf } from './mailbox-aliases.ts'
import type { Unreadable } from './phone.ts'

export type Email = { kind: 'email'; address: string }

/** RFC 5321 §4.5.3.1: octets of a local part, and of a path without its brackets. */
const MAX_LOCAL_OCTETS = 64
const MAX_ADDRESS_OCTETS = 254
/**
 * Letters of any script, their marks, digits, hyphens, UTS #46's full stops, and what it drops. Nothing of a URL: the
 * parser behind `domainToASCII` takes `evil.example/.trusted.example` for evil.example, and decodes `%2e`.
 */
const DOMAIN_TEXT = /^[\p{L}\p{M}\p{N}\p{Cf}.\u3002\uff0e\uff61-]+$/u
/** Two labels at least; the last one is no number, or it would be an IP address. */
const DOMAIN =
  /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?!\d+$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

function unreadable(detail: string): Unreadable {
  return { kind: 'unreadable', field: 'to', detail }
}

/** Blanks and invisible characters around a copied address. Within it they stay, and make it another one. */
const UNSEEN = '[\\s\\p{Cf}\\p{Default_Ignorable_Code_Point}\\u2800]+' // mutant: C12.address-fillers
const EDGES = new RegExp(`^${UNSEEN}|${UNSEEN}$`, 'gu')
const MAILTO = /^mailto:/i

/** RFC 6068 §2: percent-encoded; undefined where it is not well-formed, or would bring a subject or a second recipient. */
function ofMailto(uri: string): string | undefined {
  if (/[?,]/.test(uri)) return undefined
  try {
    const text = decodeURIComponent(uri) // mutant: C12.check-decoded-mailto
    return /\p{Cc}/u.test(text) ? undefined : text.replaceAll(EDGES, '') // mutant: C12.mailto-encoding
  } catch {
    return undefined
  }
}

export function readEmail(to: string): Email | Unreadable {
  const trimmed = to.replaceAll(EDGES, '') // mutant: C12.trim-invisibles
  const isUri = MAILTO.test(trimmed) // mutant: C12.mailto-prefix-dropped
  const text = isUri ? ofMailto(trimmed.replace(MAILTO, '')) : trimmed
  if (text === undefined)
    return unreadable('is a mailto: link that holds more than one plain address')
  const at = text.lastIndexOf('@')
  const domainText = text.slice(at + 1)
  const domain = DOMAIN_TEXT.test(domainText) ? domainToASCII(domainText).toLowerCase() : ''
  const local = readLocalPart(text.slice(0, at), domain)
  if (local === null || Buffer.byteLength(local) > MAX_LOCAL_OCTETS)
    return unreadable(
      text.startsWith('"')
        ? 'has no name between quotes that mail can be sent to safely'
        : 'has no valid name before the @',
    )
  if (!DOMAIN.test(domain)) return unreadable('has no valid domain after the @')
  const address = `${local}@${domain}`
  if (Buffer.byteLength(address) > MAX_ADDRESS_OCTETS) {
    return unreadable(`is longer than ${MAX_ADDRESS_OCTETS} octets`)
  }
  return { kind: 'email', address }
}

/** Upper, then lower: closer to Unicode's full case folding than lower alone (ß, ẞ and SS are one). */
function foldCase(text: string): string {
  return text.toUpperCase().toLowerCase()
}

/**
 * What limits count an address as: one form for all spellings that reach one person (I10). Behind it the form of versions
 * that knew no mailbox but by its name, where it differs: rows that they stored are found and erased by it.
 */
export function budgetForms(address: string): readonly [form: string, ...previous: string[]] {
  const folded = foldCase(address.normalize('NFKC')).normalize('NFKC') // mutant: I10.case-fold-nfkc
  const form = mailboxOf(folded)
  const at = folded.lastIndexOf('@')
  const tag = folded.slice(0, at).indexOf('+')
  const previous = tag > 0 ? `${folded.slice(0, tag)}${folded.slice(at)}` : folded
  return previous === form ? [form] : [form, previous] // mutant: I10.legacy-form-lookup
}
