// The lines that keep C55 in the readers of receipts: callbacks that are forged, old, or of another sender; and one of a messenger.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const CARRIED = 'test/verification/carried.test.ts'
const RECEIPTS = 'test/delivery/receipts.test.ts'
const SNS = 'test/delivery/sns-receipts.test.ts'

export const CALLBACKS: readonly Mutant[] = [
  mutant(
    'C55.replay-window',
    'a signed callback is accepted for five minutes, and not before its time',
    [RECEIPTS, 'C55: resend is refused when it is old, or of a time to come'],
    { node: 'BinaryExpression', becomes: 'at === at' },
  ),
  mutant(
    'C55.vonage-payload',
    'Vonage’s token is for this body alone',
    [RECEIPTS, 'C55: vonage is refused with another body'],
    { node: 'ReturnStatement', becomes: "return typeof hash === 'string'" },
  ),
  mutant(
    'C55.postmark-login',
    'Postmark’s callback proves itself by its login',
    [RECEIPTS, 'C55: postmark is refused with any other signature'],
    { node: 'CallExpression', becomes: "isSame(login, login) || headers.host === ''" },
  ),
  mutant(
    'C55.whatsapp-signature',
    'WhatsApp’s callback is signed with the secret of the app',
    [RECEIPTS, 'C55: whatsapp_cloud is refused with another body'],
    { node: 'ReturnStatement', becomes: 'return made !== null' },
  ),
  mutant(
    'C66.telegram-code-length',
    'a code that Telegram does not carry is another provider’s',
    ['test/delivery/telegram.test.ts', 'C66: a code that Telegram does not carry is not sent'],
    { node: 'ReturnStatement', becomes: 'void message' },
  ),
  mutant(
    'C66.uncarried-refused',
    'a code that no message of its channel can carry is refused at its start',
    [CARRIED, 'is refused at its start, at the field that helps'],
    { node: 'IfStatement', becomes: 'if (code) return undefined' },
  ),
  mutant(
    'C66.uncarried-left-out',
    'a channel of the service’s own chain that cannot carry the code is left out',
    [CARRIED, 'leaves Telegram out of the service’s own chain'],
    { node: 'ReturnStatement', becomes: 'return service.chain' },
  ),
  mutant(
    'C66.uncarried-not-offered',
    'no button sends a code by a channel that cannot carry it',
    ['test/admin/offers.test.ts', 'has no channel for such a code'],
    { node: 'CallExpression', becomes: 'codeLength > 0' },
  ),
  mutant(
    'C55.sns-topic',
    'a notification of another topic is refused before anything is fetched',
    [SNS, 'is refused without anything being fetched'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C55.sns-certificate-host',
    'a certificate is fetched from the host of the topic’s region only',
    [SNS, 'is refused without anything being fetched'],
    { node: 'BinaryExpression', becomes: "typeof url === 'string' && url.endsWith('.pem')" },
  ),
  mutant(
    'C55.sns-fetches',
    'certificates are fetched a few times a minute at most',
    [SNS, 'never has more than a few certificates fetched in a minute'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C55.refusals-in-one-line',
    'a receipt that is refused has no line of its own in the log',
    ['test/e2e/c55-forged.test.ts', 'C55'],
    { node: 'BinaryExpression', becomes: 'false' },
  ),
]
