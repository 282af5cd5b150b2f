// The hashes of the chain, by vectors from elsewhere; what a leaf needs to be guessed; and notes as others read them.

import { createHash, createPublicKey, verify } from 'node:crypto'
import { expect, it } from 'vitest'
import { entryOf, merkleRoot, packEntries, unpackEntries } from '../../src/audit/chain.ts'
import { createSigner, ORIGIN, readNote, readVerifier, signHead } from '../../src/audit/note.ts'
import type { LeafRow } from '../../src/audit/ports.ts'

/** Of certificate-transparency: the inputs and roots of its own tests. */
const INPUTS = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657']
  .concat('606162636465666768696a6b6c6d6e6f')
  .map((hex) => Buffer.from(hex, 'hex'))
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]

it('RFC 6962 §2.1: roots of the known vectors', () => {
  const leaves = INPUTS.map((input) =>
    createHash('sha256').update(Uint8Array.of(0)).update(input).digest(),
  )
  for (const [size, root] of ROOTS.entries())
    expect(merkleRoot(leaves.slice(0, size)).toString('hex')).toBe(root)
})

const ROW: LeafRow = {
  ...{ sequence: 7, at: 1_800_000_000_123, type: 'check.incorrect', verificationId: 'vrf_a' },
  ...{ since: 1_800_000_000_000, service: 'default', keyId: 'key_a', clientIp: '203.0.113.7' },
  ...{ userAgent: 'Firefox', budgetIndex: null, recipientSealed: null, details: { a: 1, b: 'x' } },
  salt: Buffer.alloc(44, 3),
}
const SECRET = Buffer.alloc(16, 4)

it('a hash of addresses is hidden by the row and by the segment', () => {
  const { addresses, core } = entryOf(ROW, SECRET)
  expect(entryOf({ ...ROW, salt: Buffer.alloc(44, 5) }, SECRET).addresses).not.toEqual(addresses)
  expect(entryOf(ROW, Buffer.alloc(16, 5)).addresses).not.toEqual(addresses)
  expect(entryOf({ ...ROW, salt: Buffer.alloc(44, 5) }, SECRET).core).not.toEqual(core)
  expect(entryOf({ ...ROW, clientIp: null, userAgent: null }, SECRET)).toMatchObject({
    core,
    addresses: null,
  })
})

it('every field of the row is in its leaf, whatever the order of its JSON', () => {
  const { core } = entryOf(ROW, SECRET)
  expect(entryOf({ ...ROW, details: { b: 'x', a: 1 } }, SECRET).core).toEqual(core)
  const changes: Partial<LeafRow>[] = [
    ...[{ sequence: 8 }, { at: ROW.at + 1 }, { type: 'delivery.sent' as const }],
    ...[{ verificationId: null }, { service: 'bank' }, { keyId: null }],
    ...[{ budgetIndex: Buffer.alloc(16) }, { recipientSealed: Buffer.alloc(9) }],
    ...[{ details: { a: 1 } }, { details: { a: '1', b: 'x' } }],
  ]
  for (const change of changes)
    expect(entryOf({ ...ROW, ...change }, SECRET).core).not.toEqual(core)
})

it('entries are read as they were packed, and nothing else is', () => {
  const entries = [
    entryOf(ROW, SECRET),
    entryOf({ ...ROW, sequence: 2 ** 47, clientIp: null, userAgent: null }, SECRET),
  ]
  expect(unpackEntries(packEntries(entries))).toEqual(entries)
  expect(unpackEntries(packEntries(entries).subarray(1))).not.toEqual(entries)
  expect(unpackEntries(packEntries(entries).subarray(0, -1))).toBeUndefined()
})

it('C2SP signed-note: a note has the lines of a checkpoint, and its key verifies it without this code', () => {
  const signer = createSigner(Buffer.alloc(32, 1))
  const head = { size: 12, hash: Buffer.alloc(32, 9) }
  const note = signHead(head, signer)
  const [body = '', line = ''] = note.split('\n\n')
  expect(body).toBe(`${ORIGIN}\n12\n${head.hash.toString('base64')}`)
  const [, name, id = '', key = ''] = /^(\S+)\+(\S+)\+(\S+)$/.exec(signer.verifier.text) ?? []
  const typed = Buffer.from(key, 'base64')
  const digest = createHash('sha256').update(`${name}\n`).update(typed).digest()
  expect([name, typed[0], id]).toEqual([ORIGIN, 1, digest.toString('hex', 0, 4)])
  const [, signed = ''] = /^\u2014 \S+ (\S+)\n$/.exec(line) ?? []
  const bytes = Buffer.from(signed, 'base64')
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: typed.subarray(1).toString('base64url') }
  const publicKey = createPublicKey({ key: jwk, format: 'jwk' })
  expect(bytes.toString('hex', 0, 4)).toBe(id)
  expect(verify(null, Buffer.from(`${body}\n`), publicKey, bytes.subarray(4))).toBe(true)
  const verifier = readVerifier(signer.verifier.text)
  if (!verifier) throw new Error('no key')
  expect(readNote(note, [verifier])).toEqual({ kind: 'head', head })
  expect(readNote(note.replaceAll('\n', '\r\n'), [verifier])).toEqual({ kind: 'head', head })
  for (const [changed, kind] of [
    [note.replace('12', '13'), 'bad_signature'],
    [note.replace('\u2014 ', '- '), 'malformed'],
    [`x${note}`, 'malformed'],
    ['', 'malformed'],
  ] as const)
    expect(readNote(changed, [verifier]).kind).toBe(kind)
  expect(readNote(note, []).kind).toBe('unknown_key')
  expect(readVerifier(signer.verifier.text.replace('+', '+0'))).toBeUndefined()
})
