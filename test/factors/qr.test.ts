// A QR code read back by a decoder of other hands: from the PNG's pixels, and from the SVG's runs.

import { createRequire } from 'node:module'
import { PNG } from 'pngjs'
import { describe, expect, it } from 'vitest'
import { createOtp } from '../../src/factors/otp.ts'
import { ACCOUNT_NAME_LENGTH, ISSUER_LENGTH } from '../../src/factors/policy.ts'
import { drawQr } from '../../src/factors/qr.ts'

/** Its declarations are those of an ES module, which it is not. */
const jsQR = createRequire(import.meta.url)('jsqr') as typeof import('jsqr').default

const DATA_URI = /^data:image\/png;base64,([A-Za-z0-9+/]+=*)$/
/** Pixels of a module, for the decoder to see. */
const SCALE = 4

function readPng(uri: string): string | undefined {
  const { width, height, data } = PNG.sync.read(
    Buffer.from(DATA_URI.exec(uri)?.[1] ?? '', 'base64'),
  )
  return jsQR(new Uint8ClampedArray(data), width, height)?.data
}

/** What a browser would paint: white, then each horizontal stroke one module high. */
function readSvg(svg: string): string | undefined {
  const size = Number(/viewBox="0 0 (\d+) \1"/.exec(svg)?.[1])
  const width = size * SCALE
  const pixels = new Uint8ClampedArray(width * width * 4).fill(255)
  for (const [, x, y, run] of svg.matchAll(/M(\d+) (\d+)\.5h(\d+)/g))
    for (let row = Number(y) * SCALE; row < (Number(y) + 1) * SCALE; row += 1)
      for (let column = Number(x) * SCALE; column < (Number(x) + Number(run)) * SCALE; column += 1)
        pixels.fill(0, (row * width + column) * 4, (row * width + column) * 4 + 3)
  return jsQR(pixels, width, width)?.data
}

const otp = createOtp()
const uriOf = (issuer: string, accountName: string) =>
  otp.uri(
    otp.createSecret(20),
    { algorithm: 'SHA1', digits: 6, periodSeconds: 30 },
    { issuer, accountName },
  )

describe('a QR code', () => {
  it.each([
    ['a usual one', uriOf('Acme', 'alice@example.com')],
    ['one with other letters', uriOf('Ünïcödé & Söhne', '李小龍@例え.jp')],
    ['a bare word', 'x'],
  ])('%s reads the drawn text, as PNG and as SVG', (_name, text) => {
    const { png, svg } = drawQr(text)
    expect(readPng(png)).toBe(text)
    expect(readSvg(svg)).toBe(text)
  })

  it('the longest names fit', () => {
    const longest = otp.uri(
      otp.createSecret(64),
      { algorithm: 'SHA512', digits: 8, periodSeconds: 120 },
      {
        issuer: '\u4e2d'.repeat(ISSUER_LENGTH.max),
        accountName: '\u4e2d'.repeat(ACCOUNT_NAME_LENGTH.max),
      },
    )
    const { png, svg } = drawQr(longest)
    expect(readSvg(svg)).toBe(longest)
    expect(PNG.sync.read(Buffer.from(DATA_URI.exec(png)?.[1] ?? '', 'base64')).width).toBeLessThan(
      800,
    )
  })

  it('is markup of two paths and nothing that runs or loads', () => {
    const { svg } = drawQr(uriOf('"><script>', '</svg><img src=x>'))
    expect(svg).toMatch(
      /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 \d+ \d+" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h\d+v\d+H0z"\/><path stroke="#000" d="[Mh\d. ]+"\/><\/svg>$/,
    )
  })
})
