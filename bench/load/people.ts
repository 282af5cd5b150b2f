// Recipients and addresses by number: no two alike, and few in one block, so that no default limit refuses.
// It must not give numbers that anything could reach: loads go to loopback only.

const AREAS =
  '201 202 203 205 206 207 208 209 210 212 213 214 215 216 217 218 219 224 225 228 229 231 234 239 240 248 251 252 253 254'.split(
    ' ',
  )
/** 200-999. */
const EXCHANGES = 800
const BLOCKS = AREAS.length * EXCHANGES

/** US numbers; consecutive ones lie in different blocks of 10,000. */
export function phoneOf(index: number): string {
  const block = index % BLOCKS
  const area = AREAS[block % AREAS.length]
  const exchange = 200 + Math.floor(block / AREAS.length)
  const line = Math.floor(index / BLOCKS) % 10_000
  return `+1${area}${exchange}${String(line).padStart(4, '0')}`
}

/** 16 million different ones from 20.0.0.0 on. */
export function addressOf(index: number): string {
  return `20.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`
}
