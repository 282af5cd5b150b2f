// Where a message goes, coarsely: the domain of an address, the country of a number; and who is surely one person.
// It must not be used to limit anybody: verification/ has the exact form of that.

import { parsePhoneNumberFromString } from 'libphonenumber-js/max'

const partsOf = (address: string) => {
  const at = address.lastIndexOf('@')
  return { local: address.slice(0, at).toLowerCase(), domain: address.slice(at + 1).toLowerCase() }
}

/** A domain, or an ISO 3166-1 country. */
export function placeOf(to: string): string {
  return to.includes('@') ? partsOf(to).domain : (parsePhoneNumberFromString(to)?.country ?? '')
}

/** The last two labels: subdomains are free to whoever has a domain. Too coarse for co.uk, which only asks for more proof. */
export function rootOf(place: string): string {
  return place.split('.').slice(-2).join('.')
}

/** Dots and tags are dropped at every domain: two that are taken for one ask for more proof, never for less. */
export function personOf(to: string): string {
  if (!to.includes('@')) return to
  const { local, domain } = partsOf(to)
  const mailbox = local.replaceAll(/(?<=.)[+-].*$|\./g, '')
  return `${mailbox}@${domain}` // mutant: C49.mailbox-spellings
}
