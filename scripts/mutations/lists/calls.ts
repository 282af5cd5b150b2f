// The lines that keep calls: who is told what one says, and that its code is told once, after a key was pressed, while it is up.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const DESK = 'test/delivery/call-desk.test.ts'
const PORTS = 'test/storage/sqlite/ports.test.ts'
const CHAIN = 'test/verification/chain.test.ts'
const REACH = 'test/config/c69-reach.test.ts'

export const CALLS: readonly Mutant[] = [
  mutant(
    'C27.call-signature',
    'only its provider hears what a call is to say, by its signature',
    [DESK, 'C27: signed by another token it changes nothing and hears nothing'],
    { node: 'ReturnStatement', becomes: 'return tryId' },
  ),
  mutant(
    'C27.call-mac',
    'a provider hears about the one call that its URL was made for',
    [DESK, 'C27: rightly signed, with another try’s MAC, it is refused as well'],
    {
      node: 'VariableStatement',
      becomes: "const tryId = callback.query.get('try') ?? undefined",
    },
  ),
  mutant(
    'I7.key-first',
    'a call speaks its code after a key was pressed: voicemail never gets it',
    [DESK, 'I7: asks for a key first'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'I7.call-tells-once',
    'a call speaks its code once',
    [DESK, 'tells nothing where I7: the code was told by a call that another one followed'],
    { node: 'VariableStatement', becomes: 'const isUntold = true' },
  ),
  mutant(
    'I17.call-while-pending',
    'a call speaks no code once its verification has ended, or a newer message replaced it',
    [DESK, 'tells nothing where I17: the code is approved'],
    { node: 'VariableStatement', becomes: 'const isWanted = row.codeSealed !== null' },
  ),
  mutant(
    'I7.kept-for-call',
    'the sealed code stays while a call may still fetch it',
    [PORTS, 'I7: keeps the sealed code while it may be asked'],
    {
      node: 'TaggedTemplateExpression',
      find: " or (d.channel = 'voice' and d.status = 'sent')",
      replace: '',
    },
  ),
  mutant(
    'C50.voice-countries',
    'nobody is called outside of the countries that were named for it',
    [CHAIN, 'C50: names the channel or country that it cannot be served in: voice'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C69.voice-needs-public-url',
    'calls without an address under which their words can be fetched stop the start',
    [REACH, 'C69: calls cannot do with none'],
    { node: 'IfStatement', becomes: '' },
  ),
]
