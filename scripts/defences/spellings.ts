// The lines that find what is spelt in a way that would be lost, doubled or taken for another: in settings and in addresses.
// It must name for each the fastest test that sees it.

import { type Defence, row } from './defence.ts'

export const SPELLINGS: readonly Defence[] = [
  row(
    'C69',
    'a value that repeats its name is refused',
    {
      file: 'src/config/given-text.ts',
      find: 'if (repeatsName(trimmed, name)) return',
      replace: "if (repeatsName(trimmed, '')) return",
    },
    { file: 'test/config/c69-given-text.test.ts', title: 'API_KEY="export API_KEY = ' },
  ),
  row(
    'C69',
    'an invisible character in a value is refused',
    {
      file: 'src/config/given-text.ts',
      find: 'INVISIBLE.exec(trimmed) ?? []',
      replace: '/$^/.exec(trimmed) ?? []',
    },
    { file: 'test/config/c69-given-text.test.ts', title: 'ADMIN_KEY="\u202e' },
  ),
  row(
    'C69',
    'a blank or a character beyond ASCII in a key is refused',
    {
      file: 'src/config/parsers.ts',
      find: '    throw new SettingError(`holds a blank or a character beyond ASCII; ${SECRET_ADVICE}`)',
      replace: '    return text',
    },
    { file: 'test/config/c69-given-text.test.ts', title: 'API_KEY="' },
  ),
  row(
    'C69',
    'Compose hands an empty NODE_ENV on, which is refused',
    { file: 'compose.yaml', find: '${NODE_ENV-development}', replace: '${NODE_ENV:-development}' },
    { file: 'test/deploy/manifests.test.ts', title: 'C69: an empty NODE_ENV is handed on' },
  ),
  row(
    'I10',
    'a name at Fastmail may stand in a subdomain',
    {
      file: 'src/verification/mailbox-aliases.ts',
      find: "{ domains: ['fastmail.com'], hasNamesAsSubdomains: true }",
      replace: "{ domains: ['fastmail.com'] }",
    },
    { file: 'test/verification/recipient.test.ts', title: 'C12: "shop@ann.fastmail.com" and' },
  ),
  row(
    'C13',
    'IPv4 that was translated without state (SIIT) is the IPv4 address',
    {
      file: 'src/limits/client-address.ts',
      find: "  [ipaddr.parse('::ffff:0:0:0'), 96],\n",
      replace: '',
    },
    {
      file: 'test/limits/client-address.test.ts',
      title: '"::ffff:0:203.0.113.7" is "203.0.113.7"',
    },
  ),
]
