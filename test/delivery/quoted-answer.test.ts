// Answers that quote the message, and the parts of them that are kept.

import { expect, it } from 'vitest'
import { withoutQuotes } from '../../src/delivery/answers/quoted-answer.ts'

const SMS = {
  code: '123456',
  to: '+14155552671',
  text: '123456 is your Example code. It expires in 10 min. Never share it.',
  subject: null,
}
const MAIL = {
  code: '0123456789',
  to: 'Ann.Smith@example.com',
  text: 'Your code for Example is:\n\n0123456789\n',
  subject: 'Your Example code: 0123456789',
}
const base64 = (text: string) => Buffer.from(text).toString('base64')

it.each([
  ['Your code is 123456.', SMS],
  ['123456', SMS],
  ['to:14155552671', SMS],
  ['x0123456789y', MAIL],
  ['<Ann.Smith@example.com>', MAIL],
  // Digits are compared, however they are grouped.
  ['m123-456', SMS],
  ['1.2.3.4.5.6', SMS],
  ['20270115-123_456-9', SMS],
  ['acc-4155552671', SMS],
  ['0 (415) 555-2671', SMS],
  ['415/555/2671', SMS],
  ['p4155552671x77', SMS],
  ['sub-5552671', SMS],
  // In other digits: Arabic-Indic, wide, raised, of mathematics.
  ['m-١٢٣٤٥٦', SMS],
  ['m-１２３４５６', SMS],
  ['m-¹²³⁴⁵⁶', SMS],
  ['𝟒𝟏𝟓𝟓𝟓𝟓𝟐𝟔𝟕𝟏', SMS],
  // Encoded.
  ['to=%2B14155552671', SMS],
  ['c=%31%32%33%34%35%36', SMS],
  ['c=%2531%2532%2533%2534%2535%2536', SMS],
  ['c=%D9%A1%D9%A2%D9%A3%D9%A4%D9%A5%D9%A6', SMS],
  ['c=&#49;&#50;&#51;&#52;&#53;&#54;', SMS],
  ['c=&#x31;&#x32;&#x33;&#x34;&#x35;&#x36;', SMS],
  ['\\u0031\\u0032\\u0033\\u0034\\u0035\\u0036', SMS],
  [base64('123456'), SMS],
  [`ref-${base64('to=+14155552671;x')}`, SMS],
  [`a${Buffer.from('code:123456').toString('base64url')}`, SMS],
  [`h${Buffer.from('123456').toString('hex')}`, SMS],
  [base64('ann.smith@example.com'), MAIL],
  // An address that return paths and ids are made of.
  ['bounce+ann.smith=example.com@mail.example', MAIL],
  ['ANN.SMITH%40EXAMPLE.COM', MAIL],
  ['q-ann.smith-77', MAIL],
])('C30: an id %j is dropped', (reference, message) => {
  expect(withoutQuotes({ kind: 'accepted', reference }, message)).toEqual({
    kind: 'accepted',
    reference: null,
  })
})

it.each([
  ['SM1234567890', SMS],
  ['id-1123456', SMS],
  ['SM9f1c2b34567d8e90a1b2c3d4e5f60718', SMS],
  ['12-at-3456-places', SMS],
  ['555-267', SMS],
  ['msg_2671', SMS],
  ['6f1ed002-ab5b-4415-8552-67d1a0c4e3b9', SMS],
  ['<20270115.1234@mail.example.com>', MAIL],
  ['q-annsmithson-77', MAIL],
])('an id %j stays', (reference, message) => {
  const result = { kind: 'accepted', reference } as const
  expect(withoutQuotes(result, message)).toEqual(result)
})

it('an id is bounded, and checked before it is cut', () => {
  const long = withoutQuotes({ kind: 'accepted', reference: 'x'.repeat(500) }, SMS)
  expect(long).toEqual({ kind: 'accepted', reference: 'x'.repeat(128) })
  const cut = `${'x'.repeat(118)}+14155552671`
  expect(withoutQuotes({ kind: 'accepted', reference: cut }, SMS)).toMatchObject({
    reference: null,
  })
})

// PostgreSQL stores neither: the result could not be written, and the message went out three times.
it.each(['SM1\u0000', 'SM\u0007\u001b[2J1', 'SM\ud83d1', '\udc00', '\u0000', ' \n'])(
  'C67: an id with control characters or halves of characters, %j, is dropped',
  (reference) => {
    const kept = withoutQuotes({ kind: 'accepted', reference }, SMS)
    expect(kept).toEqual({ kind: 'accepted', reference: null })
  },
)

it('C67: an id is stored without surrounding blanks, and cut between two characters', () => {
  const keep = (reference: string) => withoutQuotes({ kind: 'accepted', reference }, SMS)
  expect(keep('SM1\r\n')).toEqual({ kind: 'accepted', reference: 'SM1' })
  const long = keep(`${'x'.repeat(127)}\u{1f4e8}${'x'.repeat(9)}`)
  expect(long).toEqual({ kind: 'accepted', reference: 'x'.repeat(127) })
})

const to = (address: string) => ({ ...MAIL, to: address })

// Six digits and fewer: Andorra, the Faroes, Niue.
it.each([
  ['acc-312345', to('+376312345')],
  ['acc 31-23-45', to('+376312345')],
  ['00376312345', to('+376312345')],
  ['m_211234', to('+298211234')],
  ['n/4002', to('+6834002')],
  // As a gateway writes an address: without its tag or its quotes, its domain as people read it, letters composed.
  ['user john.doe@gmail.com', to('john.doe+news@gmail.com')],
  ['john.doe', to('john.doe+news@gmail.com')],
  ['no john doe', to('"john doe"@example.com')],
  ['no jos\u00e9', to('jose\u0301@example.com')],
  ['no fin.ley', to('\ufb01n.ley@example.com')],
  ['\u0130: no ann.smith', MAIL],
])(
  'C30: a text that names the recipient in another spelling, %j, is neither id nor reason',
  (text, sent) => {
    const error = { code: 'http_400', message: text }
    const refused = withoutQuotes({ kind: 'permanent', fault: 'message', error }, sent)
    expect(JSON.stringify(refused)).toMatch(/…|quoted/)
    expect(withoutQuotes({ kind: 'accepted', reference: text }, sent)).toMatchObject({
      reference: null,
    })
  },
)

it('C30: nothing is left of an address whose domain is of another script', () => {
  const error = { code: 'http_400', message: 'no ann@b\u00fccher.example here' }
  expect(
    withoutQuotes(
      { kind: 'permanent', fault: 'message', error },
      to('ann+x@xn--bcher-kva.example'),
    ),
  ).toMatchObject({ error: { message: 'no … here' } })
})

it.each([
  { kind: 'temporary', retryAfterMs: 5 },
  { kind: 'permanent', fault: 'destination' },
  { kind: 'ambiguous' },
] as const)(
  'C30: the error of a $kind answer reports it, and keeps its class and its fault',
  (answer) => {
    const result = { ...answer, error: { code: 'e_123456', message: 'no' } }
    expect(withoutQuotes(result, SMS)).toEqual({
      ...answer,
      error: { code: 'quoted', message: 'the answer quoted the message' },
    })
    const other = { ...result, error: { code: '30003', message: 'unreachable' } }
    expect(withoutQuotes(other, SMS)).toEqual(other)
  },
)

it.each([
  ['the number +1 (415) 555-2671 is not valid', SMS, 'the number +… is not valid'],
  ['bad code 123-456 for 4155552671: blocked', SMS, 'bad code … for …: blocked'],
  ['no mailbox <ann.smith@EXAMPLE.com> here', MAIL, 'no mailbox <…> here'],
  ['user Ann.Smith unknown', MAIL, 'user … unknown'],
  ['insufficient balance (error 30034)', SMS, 'insufficient balance (error 30034)'],
  // Quotes that cannot be masked are not kept: an encoded number, a piece of the text.
  ['bad to=%2B1415555%32671', SMS, 'the answer quoted the message'],
  [`bad body ${base64('123456 is your')}`, SMS, 'the answer quoted the message'],
  ['blocked: "Is your EXAMPLE code. It expires in"', SMS, 'the answer quoted the message'],
  ['blocked: Your Example code: 01234', MAIL, 'the answer quoted the message'],
  [`${'y'.repeat(115)} 4155552671`, SMS, `${'y'.repeat(115)} …`],
  // Not searched to its end, so the rest of its masked beginning is not shown.
  [`${'4155552671'.repeat(98)}________________4155552671`, SMS, 'the answer quoted the message'],
  ['z'.repeat(500), SMS, `${'z'.repeat(119)}…`],
])('C30: of the reason %j nothing of the message is kept', (message, sent, kept) => {
  const error = { code: 'http_400', message }
  const result = { kind: 'permanent', fault: 'message', error } as const
  expect(withoutQuotes(result, sent)).toEqual({
    kind: 'permanent',
    fault: 'message',
    error: { code: 'http_400', message: kept },
  })
})
