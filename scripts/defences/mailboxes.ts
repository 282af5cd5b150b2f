// Lines that keep C12 and I10: spellings of a number or an address, and what is one mailbox at its provider.
// It must name for each the fastest test that sees it.

import { type Defence, row } from './defence.ts'

const ALIASES = 'src/verification/mailbox-aliases.ts'
const RECIPIENTS = 'test/verification/recipient.test.ts'
const shared = (one: string, other: string) => ({
  file: RECIPIENTS,
  title: `C12: "${one}" and "${other}" are one mailbox`,
})

export const MAILBOXES: readonly Defence[] = [
  row(
    'I10',
    'Yahoo’s disposable addresses are one person’s',
    {
      file: ALIASES,
      find: "({ domains: [domain], tagMark: '-' })",
      replace: '({ domains: [domain] })',
    },
    shared('ann-shop@yahoo.com', 'ann-news@yahoo.com'),
  ),
  row(
    'I10',
    'Yahoo’s disposable addresses are one person’s at its domains in Asia, too',
    {
      file: ALIASES,
      find: "  .concat(['yahoo.com.hk', 'yahoo.com.ph', 'yahoo.com.sg', 'yahoo.com.tw', 'yahoo.com.vn'])\n",
      replace: '',
    },
    shared('ann-shop@yahoo.com.tw', 'ann@yahoo.com.tw'),
  ),
  row(
    'I10',
    'Yahoo’s disposable addresses are one person’s at its other domains, too',
    {
      file: ALIASES,
      find: "  .concat(['yahoo.com.co', 'yahoo.com.tr', 'yahoo.co.id', 'yahoo.ie', 'yahoo.gr', 'yahoo.pl'])\n",
      replace: '',
    },
    shared('ann-shop@yahoo.co.id', 'ann-news@yahoo.co.id'),
  ),
  row(
    'C12',
    'a number of a link or a contact card is read without its tel:',
    { file: 'src/verification/phone.ts', find: ".trim().replace(TEL, '')", replace: '.trim()' },
    { file: RECIPIENTS, title: 'C12: "tel:+1-415-555-2671" is +14155552671' },
  ),
  row(
    'C12',
    'an address of a link is read without its mailto:',
    {
      file: 'src/verification/email.ts',
      find: 'const isUri = MAILTO.test(trimmed)',
      replace: "const isUri = trimmed === '' && MAILTO.test(trimmed)",
    },
    { file: RECIPIENTS, title: 'C12: "mailto:user@example.com" is "user@example.com"' },
  ),

  row(
    'C12',
    'invisible characters around a number and in it are no part of it',
    { file: 'src/verification/phone.ts', find: ".replace(INVISIBLE, '')", replace: '' },
    { file: RECIPIENTS, title: 'C12: "\u200b+14155552671\u200b" is +14155552671' },
  ),
  row(
    'C12',
    'fillers and variation selectors around a number are no part of it',
    {
      file: 'src/verification/phone.ts',
      find: '[\\p{Cf}\\p{Default_Ignorable_Code_Point}\\u2800]',
      replace: '[\\p{Cf}]',
    },
    { file: RECIPIENTS, title: 'C12: "\u3164+1415\ufe0f5552671\u2800" is +14155552671' },
  ),
  row(
    'C12',
    'fillers around an address are no part of it',
    {
      file: 'src/verification/email.ts',
      find: '\\\\p{Default_Ignorable_Code_Point}',
      replace: '',
    },
    { file: RECIPIENTS, title: 'C12: "\u034fuser@example.com\u3164" is "user@example.com"' },
  ),
  row(
    'C12',
    'what a mailto: link encodes around its address is no part of it',
    { file: 'src/verification/email.ts', find: "text.replaceAll(EDGES, '')", replace: 'text' },
    { file: RECIPIENTS, title: 'C12: "mailto:%20%E2%80%8Buser@example.com" is "user@example.com"' },
  ),
]
