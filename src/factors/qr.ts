// A text as a QR code: SVG markup, and a PNG as a data URI for an <img>.
// It must not fetch or write anything: the text is a secret.

import { crc32, deflateSync } from 'node:zlib'
import { encodeQR } from 'qr'
import type { DrawQr } from './ports.ts'

/** ISO/IEC 18004 §6.3.8: a quiet zone of four modules on every side. */
const QUIET_MODULES = 4
/** Pixels of a module in the PNG: the smallest code is 180 pixels wide, sharp on a phone's camera. */
const SCALE = 4
const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

type Modules = readonly (readonly boolean[])[]

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** PNG §5.3: length, type, data, CRC of type and data. */
function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  return Buffer.concat([uint32(data.length), body, uint32(crc32(body))])
}

/** One bit a pixel, greyscale; each line begins with filter 0. True is dark. */
function toPng(modules: Modules): Buffer {
  const size = modules.length * SCALE
  const lineBytes = Math.ceil(size / 8)
  const lines = modules.flatMap((row) => {
    const line = Buffer.alloc(1 + lineBytes)
    for (let x = 0; x < size; x += 1)
      if (!row[Math.floor(x / SCALE)])
        line[1 + (x >> 3)] = (line[1 + (x >> 3)] ?? 0) | (0x80 >> (x & 7))
    return Array.from({ length: SCALE }, () => line)
  })
  // Bit depth 1; greyscale and no interlacing are zeros.
  const form = Buffer.from([1, 0, 0, 0, 0])
  return Buffer.concat([
    PNG_SIGNATURE,
    chunk('IHDR', Buffer.concat([uint32(size), uint32(size), form])),
    chunk('IDAT', deflateSync(Buffer.concat(lines))),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** On white, so that it can be read on a dark page; one stroke for each run of dark modules. */
function toSvg(modules: Modules): string {
  const size = modules.length
  const runs = modules.flatMap((row, y) => {
    const line = row.map((isDark) => (isDark ? '#' : ' ')).join('')
    return [...line.matchAll(/#+/g)].map(({ index, 0: run }) => `M${index} ${y}.5h${run.length}`)
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges">`,
    `<path fill="#fff" d="M0 0h${size}v${size}H0z"/>`,
    `<path stroke="#000" d="${runs.join('')}"/></svg>`,
  ].join('')
}

export const drawQr: DrawQr = (text) => {
  // Medium: a tenth of it may be dirt or glare. Authenticator apps are used to this level.
  const modules = encodeQR(text, 'raw', { ecc: 'medium', border: QUIET_MODULES })
  return {
    svg: toSvg(modules),
    png: `data:image/png;base64,${toPng(modules).toString('base64')}`,
  }
}
