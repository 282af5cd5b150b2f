// C89: the token of a mail's link is derived: read under every root key of the ring, and by nobody else's.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { bytesOfId, createId, idOfBytes } from '../../src/kernel/ids.ts'
import { createKeyring } from '../../src/kernel/keyring.ts'
import { readLink, writeLink } from '../../src/kernel/link-token.ts'

const [OLD, NEW, OTHER] = [1, 2, 3].map((byte) => Buffer.alloc(32, byte)) as [
  Buffer,
  Buffer,
  Buffer,
]
const before = createKeyring([OLD])
const ID = 'vrf_0123456789abcdefghijklmnopqrstuv'

it('an id is its bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 20, maxLength: 20 }), (bytes) => {
      const id = idOfBytes('vrf', Buffer.from(bytes))
      expect(id).toMatch(/^vrf_[0-9a-v]{32}$/)
      expect(bytesOfId(id)).toEqual(Buffer.from(bytes))
    }),
  )
  const id = createId('vrf', Date.UTC(2027, 0, 1))
  expect(idOfBytes('vrf', bytesOfId(id))).toBe(id)
})

it('C89: reads what it wrote, the same for one verification and another for every other', () => {
  const link = writeLink(before, ID)
  expect(link).toMatch(/^lnk_[\w-]{48}$/)
  expect(writeLink(before, ID)).toBe(link)
  expect(readLink(before, link)).toBe(ID)
  expect(writeLink(before, ID.replace('0', '1')).slice(-22)).not.toBe(link.slice(-22))
})

it('C89: a token that is cut, changed anywhere or of another secret is nobody’s', () => {
  const link = writeLink(before, ID)
  for (let at = 0; at < link.length; at += 1) {
    const other = link[at] === 'A' ? 'B' : 'A'
    expect(readLink(before, link.slice(0, at) + other + link.slice(at + 1)), `at ${at}`).toBe(
      undefined,
    )
  }
  const texts = ['', 'lnk_', link.slice(0, -1), `${link}A`, `${link}=`, ` ${link}`, link.slice(4)]
  for (const text of texts) expect(readLink(before, text)).toBeUndefined()
  expect(readLink(createKeyring([OTHER]), link)).toBeUndefined()
})

it('C89: every step of a rotation writes the same link, and reads it as long as it has the old key', () => {
  const link = writeLink(before, ID)
  for (const roots of [
    [OLD, NEW, OLD],
    [NEW, OLD],
  ]) {
    const keyring = createKeyring(roots)
    expect(writeLink(keyring, ID)).toBe(link)
    expect(readLink(keyring, link)).toBe(ID)
  }
  expect(readLink(createKeyring([NEW]), link)).toBeUndefined()
})
