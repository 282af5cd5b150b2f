// The lines that find what is spelt in a way that would be lost, doubled or taken for another: in settings and in addresses.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const C69_GIVEN_TEXT = 'test/config/c69-given-text.test.ts'

export const SPELLINGS: readonly Mutant[] = [
  mutant(
    'C69.repeated-name-refused',
    'a value that repeats its name is refused',
    [C69_GIVEN_TEXT, 'API_KEY="export API_KEY = '],
    { node: 'CallExpression', becomes: `repeatsName(trimmed, '')` },
  ),
  mutant(
    'C69.invisible-refused',
    'an invisible character in a value is refused',
    [C69_GIVEN_TEXT, 'ADMIN_KEY="‮'],
    { node: 'BinaryExpression', becomes: '/$^/.exec(trimmed) ?? []' },
  ),
  mutant(
    'C69.key-ascii-only',
    'a blank or a character beyond ASCII in a key is refused',
    [C69_GIVEN_TEXT, 'API_KEY="'],
    { node: 'ThrowStatement', becomes: 'return text' },
  ),
  mutant(
    'C69.compose-node-env',
    'Compose passes an empty NODE_ENV on, which is refused',
    [
      'test/deploy/manifests.test.ts',
      'C69: an empty NODE_ENV is passed on, and does not mean development',
    ],
    { file: 'compose.yaml', find: '${NODE_ENV-development}', replace: '${NODE_ENV:-development}' },
  ),
  mutant(
    'I10.fastmail-subdomain',
    'a name at Fastmail may be a subdomain',
    ['test/verification/recipient.test.ts', 'C12: "shop@ann.fastmail.com" and'],
    { node: 'ObjectLiteralExpression', becomes: `{ domains: ['fastmail.com'] }` },
  ),
  mutant(
    'C13.siit-translated',
    'statelessly translated IPv4 (SIIT) is the IPv4 address',
    ['test/limits/client-address.test.ts', '"::ffff:0:203.0.113.7" is "203.0.113.7"'],
    { node: 'ArrayLiteralExpression', becomes: '' },
  ),
]
