// A QR code read back by another library than the one that drew it.

import jsqr from 'jsqr'
import { PNG } from 'pngjs'
import { expect, it } from 'vitest'
import { createOtp } from '../../src/otp/otp.ts'
import { drawQr } from '../../src/otp/qr.ts'

/** Its types tell of an ES module, and it is CommonJS. */
const jsQR = jsqr as unknown as typeof jsqr.default

it('holds the URI that it was made of', () => {
  const otp = createOtp()
  const shape = { algorithm: 'SHA256', digits: 8, periodSeconds: 60 } as const
  const label = { issuer: 'Example & Söhne', accountName: 'ann+test@example.com' }
  const uri = otp.uri(otp.createSecret(20), shape, label)
  const { png, svg } = drawQr(uri)
  expect(png).toMatch(/^data:image\/png;base64,/)
  const image = PNG.sync.read(Buffer.from(png.split(',')[1] ?? '', 'base64'))
  const read = jsQR(new Uint8ClampedArray(image.data), image.width, image.height)
  expect(read?.data).toBe(uri)
  expect(svg).toMatch(/^<svg .*<\/svg>\s*$/s)
  expect(svg).not.toContain('script')
})
