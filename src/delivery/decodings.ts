// A text as it may have been encoded by whoever quotes it: percent signs, escapes, entities, base64, hexadecimal.
// It must not guess at reversed or enciphered texts: there is no end to those.

const ESCAPED_BYTE = /(?:%|=|\\x|\\u00|&#x0*)([0-9a-f]{2});?/gi
const DECIMAL_ENTITY = /&#0*(\d{2,7});/g
const LAST_CODE_POINT = 0x10ffff
/** Encoded twice, at the most. */
const ROUNDS = 2
/** Four digits, the shortest code, are six characters of base64 and eight of hexadecimal. */
const BASE64_RUN = /[A-Za-z0-9+/_-]{6,}/g
const HEX_RUN = /[0-9a-f]{8,}/gi

const DECODERS: readonly ((text: string) => string)[] = [
  (text) =>
    text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => {
      try {
        return decodeURIComponent(run)
      } catch {
        return run
      }
    }),
  (text) =>
    text.replace(ESCAPED_BYTE, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
  (text) =>
    text.replace(DECIMAL_ENTITY, (entity, point: string) =>
      Number(point) <= LAST_CODE_POINT ? String.fromCodePoint(Number(point)) : entity,
    ),
]

/** @returns `text` itself first, then each of its decodings that differs */
export function decodings(text: string): string[] {
  let plain = new Set([text])
  for (let round = 0; round < ROUNDS; round += 1)
    plain = new Set([
      ...plain,
      ...[...plain].flatMap((one) => DECODERS.map((decode) => decode(one))),
    ])
  const found = new Set(plain)
  for (const one of plain) {
    // A run may begin with something else: four places to begin at are all there are.
    for (const [run] of one.matchAll(BASE64_RUN))
      for (let from = 0; from < 4; from += 1)
        addBytes(found, Buffer.from(run.slice(from), 'base64'))
    for (const [run] of one.matchAll(HEX_RUN))
      for (let from = 0; from < 2; from += 1) addBytes(found, Buffer.from(run.slice(from), 'hex'))
  }
  return [...found]
}

function addBytes(found: Set<string>, bytes: Buffer): void {
  if (bytes.length > 0) found.add(bytes.toString('utf8'))
}
