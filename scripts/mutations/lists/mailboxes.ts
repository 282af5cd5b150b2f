// Lines that keep C12 and I10: spellings of a number or an address, and what is one mailbox at its provider.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const RECIPIENT = 'test/verification/recipient.test.ts'

export const MAILBOXES: readonly Mutant[] = [
  mutant(
    'I10.yahoo-disposable',
    'Yahoo’s disposable addresses belong to one person',
    [RECIPIENT, 'C12: "ann-shop@yahoo.com" and "ann-news@yahoo.com" are one mailbox'],
    { node: 'ParenthesizedExpression', becomes: '({ domains: [domain] })' },
  ),
  mutant(
    'I10.yahoo-asia-domains',
    'Yahoo’s disposable addresses belong to one person at its domains in Asia, too',
    [RECIPIENT, 'C12: "ann-shop@yahoo.com.tw" and "ann@yahoo.com.tw" are one mailbox'],
    { node: 'ArrayLiteralExpression', nth: 4, becomes: '[]' },
  ),
  mutant(
    'I10.yahoo-other-domains',
    'Yahoo’s disposable addresses belong to one person at its other domains, too',
    [RECIPIENT, 'C12: "ann-shop@yahoo.co.id" and "ann-news@yahoo.co.id" are one mailbox'],
    { node: 'ArrayLiteralExpression', nth: 5, becomes: '[]' },
  ),
  mutant(
    'C12.tel-prefix-dropped',
    'a number from a link or a contact card is read without its tel:',
    [RECIPIENT, 'C12: "tel:+1-415-555-2671" is +14155552671'],
    { node: 'CallExpression', becomes: `to.normalize('NFKC').replace(INVISIBLE, '').trim()` },
  ),
  mutant(
    'C12.mailto-prefix-dropped',
    'an address from a link is read without its mailto:',
    [RECIPIENT, 'C12: "mailto:user@example.com" is "user@example.com"'],
    { node: 'VariableStatement', becomes: `const isUri = trimmed === '' && MAILTO.test(trimmed)` },
  ),
  mutant(
    'C12.number-invisibles',
    'invisible characters in and around a number are not part of it',
    [RECIPIENT, 'C12: "​+14155552671​" is +14155552671'],
    { node: 'CallExpression', becomes: `to.normalize('NFKC').trim().replace(TEL, '')` },
  ),
  mutant(
    'C12.number-fillers',
    'fillers and variation selectors around a number are not part of it',
    [RECIPIENT, 'C12: "ㅤ+1415️5552671⠀" is +14155552671'],
    { node: 'VariableDeclaration', becomes: 'INVISIBLE = /[\\p{Cf}]/gu' },
  ),
  mutant(
    'C12.address-fillers',
    'fillers around an address are not part of it',
    [RECIPIENT, 'C12: "͏user@example.comㅤ" is "user@example.com"'],
    { node: 'VariableDeclaration', becomes: "UNSEEN = '[\\\\s\\\\p{Cf}\\\\u2800]+'" },
  ),
  mutant(
    'C12.mailto-encoding',
    'encoded characters around the address of a mailto: link are not part of it',
    [RECIPIENT, 'C12: "mailto:%20%E2%80%8Buser@example.com" is "user@example.com"'],
    { node: 'CallExpression', nth: 2, becomes: 'text' },
  ),
]
