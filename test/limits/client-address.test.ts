import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  addressKey,
  createAddressResolver,
  isPrivateAddress,
  parseAddress,
} from '../../src/limits/client-address.ts'
import { quiet } from '../quiet.ts'

describe('C13: an address in any spelling', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    [' 203.0.113.7\t', '203.0.113.7'],
    ['203.0.113.7:4711', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::FFFF:CB00:7107', '203.0.113.7'],
    ['0:0:0:0:0:ffff:203.0.113.7', '203.0.113.7'],
    ['[::ffff:203.0.113.7]:443', '203.0.113.7'],
    ['2001:DB8::A', '2001:db8::a'],
    ['2001:0db8:0000:0000:0000:0000:0000:000a', '2001:db8::a'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['[2001:db8::a]', '2001:db8::a'],
    ['[2001:db8::a]:8080', '2001:db8::a'],
    ['fe80::1%eth0', 'fe80::1'],
    ['[fe80::1%25eth0]:80', 'fe80::1'],
    ['::1', '::1'],
    ['::', '::'],
    // Translated: NAT64's well-known prefix (RFC 6052), SIIT (RFC 6145).
    ['64:ff9b::203.0.113.7', '203.0.113.7'],
    ['64:FF9B:0:0::CB00:7107', '203.0.113.7'],
    ['[64:ff9b::cb00:7107]:443', '203.0.113.7'],
    ['::ffff:0:203.0.113.7', '203.0.113.7'],
    // Not translated, however near.
    ['64:ff9b:0:0:1::cb00:7107', '64:ff9b::1:0:cb00:7107'],
    ['64:ff9b:1::cb00:7107', '64:ff9b:1::cb00:7107'],
    ['2002:cb00:7107::1', '2002:cb00:7107::1'],
    ['0.0.0.0', '0.0.0.0'],
  ])('%j is %j', (text, canonical) => {
    expect(parseAddress(text)).toBe(canonical)
    expect(parseAddress(canonical)).toBe(canonical)
  })

  it.each([
    '',
    ' ',
    'unknown',
    '_hidden',
    '127.1',
    '2130706433',
    '0x7f.0.0.1',
    '0x7f000001',
    '010.0.0.1',
    '1.2.3.04',
    '1.2.3',
    '1.2.3.4.',
    '1.2.3.4.5',
    '1.2.3.256',
    '1.2.3.4/32',
    '1.2.3.4:',
    '1.2.3.4:123456',
    '1.2.3.4:80:80',
    '::ffff:010.0.0.1',
    '::ffff:1.2.3',
    '1.2.3.4%eth0',
    '[1.2.3.4]',
    '[1.2.3.4]:80',
    '2001:db8::g',
    '2001:db8',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7:8:9',
    '[2001:db8::a',
    '2001:db8::a]',
    '[[::1]]',
    '[]',
    '[::1]x',
    '1.2.3.4, 5.6.7.8',
    '１.2.3.4',
    '1.2.3.4\n5.6.7.8',
    'example.com',
    '1'.repeat(10_000),
    ':'.repeat(10_000),
  ])('%j is not an address', (text) => {
    expect(parseAddress(text)).toBeNull()
  })

  it('writes nothing that it would not read as the same', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string()), (text) => {
        const canonical = parseAddress(text)
        return canonical === null || parseAddress(canonical) === canonical
      }),
    )
  })
})

describe('C13: Forwarded', () => {
  const { resolve } = createAddressResolver({ trustedProxies: ['10.0.0.0/8'] })
  const from = (forwarded: string, forwardedFor?: string) =>
    resolve({ peer: '10.0.0.1', forwarded, forwardedFor })

  it.each([
    ['for=198.51.100.1', '198.51.100.1'],
    ['For="198.51.100.1:4711"', '198.51.100.1'],
    ['for="[2001:DB8:cafe::17]:4711"', '2001:db8:cafe::17'],
    ['for="[2001:db8:cafe::17]"', '2001:db8:cafe::17'],
    ['for="[2001:db8:cafe::17]:_p-1"', '2001:db8:cafe::17'],
    ['for="198.51.100.1:_gazonk"', '198.51.100.1'],
    ['for="2001:db8:cafe::17"', '2001:db8:cafe::17'],
    ['for=198.51.100.1;proto=http;by=203.0.113.43', '198.51.100.1'],
    ['by="_a;b";FOR=198.51.100.1 ; host="x;y\\"z"', '198.51.100.1'],
    ['for=1.1.1.1, for=198.51.100.1', '198.51.100.1'],
    ['for="1.1.1.1, for=198.51.100.1', '198.51.100.1'],
    ['for=1.1.1.1;host=", for=198.51.100.1,for=10.0.0.2', '198.51.100.1'],
    ['for=unknown, for=198.51.100.1', '198.51.100.1'],
    ['for="::ffff:198.51.100.1"', '198.51.100.1'],
    ['for="[64:ff9b::198.51.100.1]"', '198.51.100.1'],
  ])('%s gives %s', (header, address) => {
    expect(from(header)).toBe(address)
  })

  it.each([
    '',
    'for=',
    'for=unknown',
    'for="_hidden"',
    '198.51.100.1',
    'proto=https',
    'for=198.51.100.1;for=6.6.6.6',
    'for=198.51.100.1; "x"',
    'for=198.51.100.1;x',
    'for="198.51.100.1',
    'for=198.51.100.1"',
    'for = 198.51.100.1',
    'for=198.51.100.1;host="a,for=6.6.6.6"',
    'for=198.51.100.1;host="a,for=6.6.6.6;b="',
    'for=198.51.100.1;host="a,for=6.6.6.6;b=\\"c\\""',
    'for=198.51.100.1, ',
    'for=10.0.0.2',
    `for=198.51.100.1;host=${'a'.repeat(1_100)}`,
  ])('%j gives none', (header) => {
    expect(from(header)).toBeNull()
  })

  it('is not read in addition to X-Forwarded-For, which a proxy that writes that one passes on as it came', () => {
    expect(from('for=6.6.6.6', '198.51.100.1')).toBe('198.51.100.1')
    expect(from('for=6.6.6.6', 'unknown')).toBeNull()
    expect(from('for=6.6.6.6', '')).toBeNull()
  })

  it('is ignored unless the peer is trusted', () => {
    for (const peer of ['203.0.113.9', '11.0.0.1', undefined])
      expect(resolve({ peer, forwarded: 'for=198.51.100.1', forwardedFor: undefined })).toBeNull()
  })

  it('anything left of the first untrusted address changes nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'for=;",\\[]:1.a ') }), (spoofed) => {
        return from(`${spoofed},for=198.51.100.1;proto=https, for="10.0.0.2:1"`) === '198.51.100.1'
      }),
    )
  })

  it('is read in no time, however long', () => {
    for (const header of [
      'for=10.0.0.2,'.repeat(50_000),
      `for="${'\\"'.repeat(100_000)}`,
      ';'.repeat(500_000),
      'a='.repeat(300_000),
    ])
      expect(from(header)).toBeNull()
  })
})

describe('C13: X-Forwarded-For', () => {
  const { resolve } = createAddressResolver({
    trustedProxies: ['10.0.0.0/8', '2001:db8:ff::/48', '192.0.2.1'],
  })
  const from = (peer: string | undefined, forwardedFor: string | undefined) =>
    resolve({ peer, forwardedFor })

  it('is ignored unless the peer is trusted', () => {
    expect(from('203.0.113.9', '198.51.100.1')).toBeNull()
    expect(from('192.0.2.2', '198.51.100.1')).toBeNull()
    expect(from('11.0.0.1', '198.51.100.1')).toBeNull()
    expect(from(undefined, '198.51.100.1')).toBeNull()
    expect(from('', '198.51.100.1')).toBeNull()
    expect(from('garbage', '198.51.100.1')).toBeNull()
  })

  it('is ignored where no proxy is trusted', () => {
    const none = createAddressResolver({ trustedProxies: [] })
    for (const peer of ['127.0.0.1', '::1', '10.0.0.1', undefined])
      expect(none.resolve({ peer, forwardedFor: '198.51.100.1' })).toBeNull()
  })

  it.each([
    ['one proxy', '198.51.100.1', '198.51.100.1'],
    ['spoofed on the left', '1.1.1.1, 198.51.100.1', '198.51.100.1'],
    ['spoofed as a trusted one', '10.0.0.5, 198.51.100.1', '198.51.100.1'],
    ['two proxies', '1.1.1.1,198.51.100.1 , 10.1.2.3', '198.51.100.1'],
    ['several headers', '1.1.1.1, 2.2.2.2,198.51.100.1,192.0.2.1', '198.51.100.1'],
    ['IPv6 in upper case', '2001:DB8::1', '2001:db8::1'],
    ['brackets and a port', '[2001:db8::1]:55', '2001:db8::1'],
    ['IPv4 with a port', '198.51.100.1:55', '198.51.100.1'],
    ['IPv4-mapped', '::ffff:198.51.100.1', '198.51.100.1'],
    ['a trusted one, mapped', '198.51.100.1, ::ffff:10.9.9.9', '198.51.100.1'],
    ['a trusted IPv6 one', '198.51.100.1, 2001:DB8:FF:1::9', '198.51.100.1'],
    ['garbage further left', 'unknown, , "x", 198.51.100.1', '198.51.100.1'],
    ['quoted', '"198.51.100.1"', '198.51.100.1'],
    ['quoted, with brackets and a port', '1.1.1.1, "[2001:db8::1]:55"', '2001:db8::1'],
    ['a quoted trusted one', '"198.51.100.1" , "10.1.2.3:80"', '198.51.100.1'],
    ['a quote that never closes further left', '"1.1.1.1, 198.51.100.1', '198.51.100.1'],
    ['a quote over what the proxy wrote', '"1.1.1.1, 198.51.100.1, 10.0.0.2', '198.51.100.1'],
    ['translated by NAT64', '64:ff9b::198.51.100.1', '198.51.100.1'],
  ])('%s: %j gives %j', (_what, header, address) => {
    expect(from('10.0.0.1', header)).toBe(address)
    expect(from('::ffff:10.0.0.1', header)).toBe(address)
    expect(from('2001:db8:ff::1', header)).toBe(address)
  })

  it.each([
    ['nothing', undefined],
    ['empty', ''],
    ['unknown there', '198.51.100.1, unknown'],
    ['garbage there', '198.51.100.1, <script>'],
    ['an empty element there', '198.51.100.1, '],
    ['an empty element behind a trusted one', '198.51.100.1, , 10.0.0.2'],
    ['an obfuscated name', '198.51.100.1, _gazonk'],
    ['half a quote there', '198.51.100.1, "6.6.6.6'],
    ['two in quotes there', '198.51.100.1, "6.6.6.6, 7.7.7.7"'],
    ['trusted ones alone', '10.0.0.2, 10.0.0.3'],
    ['only commas', ',,,,'],
  ])('%s: %j gives none', (_what, header) => {
    expect(from('10.0.0.1', header)).toBeNull()
  })

  it('reads a long header in no time', () => {
    const start = performance.now()
    expect(from('10.0.0.1', '10.0.0.2,'.repeat(50_000))).toBeNull()
    expect(from('10.0.0.1', ','.repeat(500_000))).toBeNull()
    expect(from('10.0.0.1', `1.1.1.1${',10.0.0.2'.repeat(2_000)}`)).toBe('1.1.1.1')
    expect(quiet(performance.now() - start)).toBeLessThan(1_000)
  })

  it('anything left of the first untrusted address changes nothing', () => {
    fc.assert(
      fc.property(fc.string(), (spoofed) => {
        return from('10.0.0.1', `${spoofed},198.51.100.1,10.0.0.2`) === '198.51.100.1'
      }),
    )
  })

  it('trusts a Unix socket only where the list says so', () => {
    const unix = createAddressResolver({ trustedProxies: ['unix'] })
    expect(unix.resolve({ peer: undefined, forwardedFor: '198.51.100.1' })).toBe('198.51.100.1')
    expect(unix.resolve({ peer: '127.0.0.1', forwardedFor: '198.51.100.1' })).toBeNull()
  })
})

describe('TRUSTED_PROXIES', () => {
  it.each([
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0/8',
    '2001:db8::/129',
    '::ffff:10.0.0.0/95',
    'localhost',
    '*',
    '',
  ])('%j cannot be read, and is named', (entry) => {
    expect(() => createAddressResolver({ trustedProxies: ['10.0.0.0/8', entry] })).toThrow(
      JSON.stringify(entry),
    )
  })

  it.each([
    ['0.0.0.0/0', '203.0.113.1', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['::/0', '2001:db8::1', true],
    ['::/0', '203.0.113.1', false],
    ['::ffff:10.0.0.0/104', '10.200.0.1', true],
    ['::ffff:10.0.0.0/104', '11.0.0.1', false],
    ['2001:DB8::1', '2001:db8::1', true],
    ['2001:DB8::1', '2001:db8::2', false],
    ['10.1.2.3/8', '10.9.9.9', true],
    ['127.0.0.1/32', '127.0.0.2', false],
    ['64:ff9b::10.0.0.0/104', '10.9.9.9', true],
    ['10.0.0.0/8', '64:ff9b::a09:909', true],
  ])('%s and %s: %s', (entry, peer, trusted) => {
    const { resolve } = createAddressResolver({ trustedProxies: [entry] })
    const forwardedFor = entry === '0.0.0.0/0' ? '2001:db8::5' : '198.51.100.1'
    const address = resolve({
      peer,
      forwardedFor: entry === '::/0' ? '198.51.100.1' : forwardedFor,
    })
    expect(address !== null).toBe(trusted)
  })
})

describe('the key of a limit per address', () => {
  it('C14: every address of one /64 has one key, the next /64 another', () => {
    const keys = new Set<string>()
    for (let i = 0; i < 1_000; i += 1)
      keys.add(addressKey(`2001:db8:1:2:${i.toString(16)}:${(i * 7).toString(16)}::${i}`))
    expect([...keys]).toEqual(['2001:db8:1:2::/64'])
    expect(addressKey('2001:db8:1:3::1')).toBe('2001:db8:1:3::/64')
    expect(addressKey('2001:DB8:1:2:FFFF:FFFF:FFFF:FFFF')).toBe('2001:db8:1:2::/64')
  })

  it('IPv4 is its own key, in every spelling', () => {
    expect(addressKey('203.0.113.7')).toBe('203.0.113.7')
    expect(addressKey('::ffff:203.0.113.7')).toBe('203.0.113.7')
    expect(addressKey('203.0.113.8')).toBe('203.0.113.8')
  })

  it('C14: IPv4 that was translated, or goes through a tunnel, is the host’s own', () => {
    const host = '203.0.113.7'
    for (const spelling of [
      '64:ff9b::cb00:7107',
      '::ffff:0:203.0.113.7',
      // 6to4: 65,536 sites of one host. Teredo: the host is the last 32 bits, inverted.
      '2002:cb00:7107::1',
      '2002:cb00:7107:ffff::9',
      '2001:0:4136:e378:8000:63bf:34ff:8ef8',
    ])
      expect([spelling, addressKey(spelling)]).toEqual([spelling, host])
    expect(addressKey('64:ff9b::cb00:7108')).toBe('203.0.113.8')
  })

  it('C14: a local NAT64 may show all of IPv4 in one /64: each address of it is counted on its own', () => {
    expect(addressKey('64:ff9b:1::cb00:7107')).toBe('64:ff9b:1::cb00:7107')
    expect(addressKey('64:ff9b:1:fffe:0:1:cb00:7107')).toBe('64:ff9b:1:fffe:0:1:cb00:7107')
    expect(addressKey('64:ff9b:2::cb00:7107')).toBe('64:ff9b:2::/64')
  })

  it('throws where there is no address', () => {
    expect(() => addressKey('unknown')).toThrow(RangeError)
  })
})

it.each([
  ['10.1.1.1', true],
  ['172.17.0.1', true],
  ['192.168.1.1', true],
  ['127.0.0.1', true],
  ['100.64.0.1', true],
  ['169.254.1.1', true],
  ['0.0.0.0', true],
  ['::1', true],
  ['fd00::1', true],
  ['fe80::1', true],
  ['::ffff:10.0.0.1', true],
  ['8.8.8.8', false],
  ['172.32.0.1', false],
  ['2001:4860:4860::8888', false],
  ['unknown', false],
])('%s is private: %s', (address, expected) => {
  expect(isPrivateAddress(address)).toBe(expected)
})
