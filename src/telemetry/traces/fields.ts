// What a span may say of an answer from outside.
// It must not hold a text of a provider's: one may quote the recipient or the code.

/** Providers' codes are words and numbers of up to five digits; six may be a code or a part of a number. */
const CODE = /^(?!.*\d{6})[A-Za-z0-9_.:-]{1,64}$/

/** `other`: it is longer than a code, or has digits enough to be something else. */
export const shortCode = (code: string): string => (CODE.test(code) ? code : 'other') // mutant: I7.span-code

/** A URL's host alone: its path, its query and its user may hold a token, a number and a code. */
export function peerOf(url: string) {
  const { hostname, port, protocol } = new URL(url)
  const usual = protocol === 'https:' ? 443 : 80
  return { 'server.address': hostname, 'server.port': port === '' ? usual : Number(port) } // mutant: I7.span-host
}
