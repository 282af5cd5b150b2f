// The lines that keep receipts: whose they are, forward only, and what follows one of a message that did not arrive.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const RECEIPTS_TEST = 'test/delivery/receipt-rules.test.ts'
const BOUNCES = 'test/delivery/bounces.test.ts'
const PRICES = 'test/delivery/prices.test.ts'
const POLLER = 'test/delivery/poller.test.ts'
const PORTS = 'test/storage/sqlite/ports.test.ts'

export const RECEIPTS: readonly Mutant[] = [
  mutant(
    'I16.forward-only',
    'a receipt that says less than is known changes nothing',
    [RECEIPTS_TEST, 'I16: moves it forward only: sent, undelivered, delivered'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'I16.delivered-cancels',
    'a delivered try cancels what is queued for its message',
    [RECEIPTS_TEST, 'I16: delivered is the delivery’s end, and cancels what is queued: accepted'],
    {
      node: 'PropertyAssignment',
      becomes: 'set: { ...arrived, provider, errorCode: null, errorMessage: null }',
    },
  ),
  mutant(
    'I17.no-failover-ended',
    'a receipt sends no message on once the verification has ended',
    [RECEIPTS_TEST, 'is over: I17: of a verification that has ended'],
    { node: 'VariableStatement', becomes: 'const isOver = row.codeSealed === null' },
  ),
  mutant(
    'I18.receipt-failover-counted',
    'the message that follows one that did not arrive is a message more',
    [RECEIPTS_TEST, 'I18: goes to the next provider, as a message more'],
    { node: 'VariableStatement', becomes: 'const counted = { ambiguous: row.ambiguous }' },
  ),
  mutant(
    'I7.kept-for-failover',
    'the sealed code stays only where a receipt can send the message on',
    [PORTS, 'sent: status, time, event; the sealed code goes with the last possible send'],
    { node: 'PropertyAssignment', becomes: 'eraseIfUnsendable: false' },
  ),
  mutant(
    'C55.callback-mac',
    'a receipt is taken for the try alone that its URL was made for',
    [RECEIPTS_TEST, 'C55: another try’s MAC is refused before the signature is looked at'],
    { node: 'CallExpression', becomes: 'true' },
  ),
  mutant(
    'C55.mac-before-body',
    'the MAC of a receipt’s URL is checked before its body is read',
    [RECEIPTS_TEST, 'C55: another try’s MAC is refused before the signature is looked at'],
    { node: 'CallExpression', becomes: 'true' },
  ),
  mutant(
    'C55.long-reports-bounded',
    'long reports that nothing has proven yet are read by four at once',
    [RECEIPTS_TEST, 'C55: a batch has a megabyte, before anything proves whose it is'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C55.long-reports-arrive',
    'a long report that does not arrive leaves its place to others',
    ['test/http/late-reports.test.ts', 'C55: is cut off, and leaves its place'],
    { node: 'ConditionalExpression', becomes: 'undefined' },
  ),
  mutant(
    'C55.one-of-a-batch',
    'one report that cannot be taken holds up no other of its batch',
    [RECEIPTS_TEST, 'C55: of a batch, one that cannot be taken holds up no other'],
    { node: 'ExpressionStatement', becomes: 'throw error' },
  ),
  mutant(
    'C27.provider-signature',
    'a receipt is taken only where its provider has signed it',
    [RECEIPTS_TEST, 'C27: are refused where they are signed by another token'],
    { node: 'ReturnStatement', becomes: 'return given.length === expected.length' },
  ),
  mutant(
    'C55.own-tries',
    'a receipt of one provider says nothing about another’s tries',
    [PORTS, 'C55: are found by the provider’s own id, and only among its tries'],
    { node: 'IfStatement', becomes: `if (!row) return { kind: 'unknown' }` },
  ),
  mutant(
    'I16.bounce-token',
    'a bounce is of the mail alone that its token was made for',
    [BOUNCES, 'I16: a bounce with a token that was made up, altered or made for another provider'],
    { node: 'ReturnStatement', becomes: `return receipt.token?.split('.')[0]` },
  ),
  mutant(
    'C55.dsn-token',
    'bounces are taken from the mail server alone that has the secret',
    [BOUNCES, 'refuses others before their body is read: ""'],
    { node: 'ReturnStatement', becomes: 'return isSame(token, token)' },
  ),
  mutant(
    'C55.bounce-parts',
    'a bounce of thousands of parts is not parsed: the work grows with their square',
    [BOUNCES, 'C55: a bounce of more parts than any has'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C53.bounce-blames-no-account',
    'a bounce, which any server may have made, blames no account',
    [BOUNCES, 'C53:'],
    { node: 'ReturnStatement', becomes: 'return fault' },
  ),
  mutant(
    'C54.bounces-are-no-receipts',
    'no step of a chain waits for a provider that reports failures alone',
    [BOUNCES, 'C54: no step of a chain waits'],
    { node: 'BinaryExpression', becomes: 'reporting.includes(provider)' },
  ),
  mutant(
    'C59.bounce-of-another',
    'a bounce about another address suppresses nobody',
    [BOUNCES, 'suppresses by the table of answers, and only whom it is about'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'I18.charge-replaces-price',
    'what the provider charges takes the place of our price',
    [PRICES, 'I18: a provider’s own price takes the place of ours'],
    { node: 'VariableStatement', becomes: 'const line = toLine(event)' },
  ),
  mutant(
    'I18.charged-once',
    'a try whose answer was lost is counted once',
    [PRICES, 'I18: a provider’s own price takes the place of ours'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'I17.no-poll-ended',
    'nobody is asked about a message of a verification that has ended',
    [PORTS, 'I17: none is planned past the end, and none goes out once it has ended'],
    { node: 'VariableStatement', becomes: 'const isOver = false' },
  ),
  mutant(
    'I17.no-poll-after-expiry',
    'no question is planned past the expiry',
    [PORTS, 'I17: none is planned past the end, and none goes out once it has ended'],
    { node: 'ReturnStatement', becomes: 'return at' },
  ),
  mutant(
    'C26.poll-lease',
    'a try is asked about by one node at a time, and by another after its lease',
    [PORTS, 'are of one node at a time; after its lease another one asks'],
    {
      node: 'CallExpression',
      becomes: `and(eq(t.provider, p('provider')), isNotNull(t.pollAt))`,
    },
  ),
  mutant(
    'C26.poll-fenced',
    'a node whose lease is over plans no question',
    [PORTS, 'are of one node at a time; after its lease another one asks'],
    { node: 'CallExpression', becomes: 'and(isTry)' },
  ),
  mutant(
    'C21.poll-deadline',
    'a question ends soon after its deadline, whatever the provider does',
    [POLLER, 'C21: a provider that does not end when its time is over loses its place'],
    { node: 'ReturnStatement', becomes: 'return await ask(poll, new AbortController().signal)' },
  ),
  mutant(
    'C57.poll-places',
    'a provider has a few places for questions, so that one that hangs costs nothing else',
    [POLLER, 'C57: asks one provider about four messages at once, and another one beside them'],
    { node: 'VariableStatement', becomes: 'const limit = 100' },
  ),
  mutant(
    'C49.asked-decoy-waits',
    'a decoy that is asked about has arrived no sooner than a message would have',
    [POLLER, 'C49: a decoy answers as a message would that arrived as late as one of the last'],
    { node: 'IfStatement', becomes: 'if (!like) return NOTHING_NEW' },
  ),
  mutant(
    'I14.stored-code',
    'a retry by another provider carries the code of the start',
    ['test/delivery/failover.test.ts', 'is down: the code arrives by the second'],
    {
      node: 'PropertyAssignment',
      becomes: `code: due.tries === 0 ? deps.keyring.open(due.codeSealed, codeContext(due.verificationId)) : '0000000000'`,
    },
  ),
  mutant(
    'I15.hash-stays',
    'a code that can be sent no more can still be checked',
    [PORTS, 'I15: a code that arrived stays good'],
    { node: 'ObjectLiteralExpression', becomes: '{ codeSealed: null, codeHash: null }' },
  ),
  mutant(
    'I15.pg-hash-stays',
    'PostgreSQL: a code that can be sent no more can still be checked',
    ['test/storage/postgres/store.test.ts', 'I15: a code that arrived stays good'],
    {
      file: 'drizzle/postgres/0031_calls.sql',
      find: 'UPDATE codes k SET code_sealed = NULL WHERE k.verification_seq = p_seq',
      replace:
        'UPDATE codes k SET code_sealed = NULL, code_hash = NULL WHERE k.verification_seq = p_seq',
    },
  ),
]
