// Lines that keep the relay closed to strangers, and its messages single.

import { type Mutant, mutant } from '../mutation.ts'

const SYSTEMS = 'test/relay/systems.test.ts'
const DESK = 'test/relay/desk.test.ts'

export const RELAY: readonly Mutant[] = [
  mutant(
    'C93.late',
    'a signature with a time in it is valid for five minutes',
    [SYSTEMS, 'C93: the time of supabase'],
    { node: 'CallExpression', nth: 2, becomes: 'true' },
  ),
  mutant(
    'C93.forged-signature',
    'a MAC over the body has to be the sender’s',
    [SYSTEMS, 'is believed by its own secret, and by no other'],
    { node: 'ReturnStatement', becomes: 'return given.length > 0' },
  ),
  mutant(
    'C93.head-before-body',
    'a secret in a header is checked before anything of the body is read',
    [DESK, 'C93: a forged header is refused before its body is read'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C93.text-not-sent',
    'of a text the one code in it is taken, and nothing where there are several',
    [SYSTEMS, 'Keycloak’s text "Your codes are 482913 and 482914." has none'],
    { node: 'ConditionalExpression', becomes: 'words[0]' },
  ),
  mutant(
    'C93.minute-without-edge',
    'a minute has no edge that a repetition could fall behind',
    [DESK, 'C93: within a minute'],
    { node: 'BinaryExpression', becomes: 'present' },
  ),
]
