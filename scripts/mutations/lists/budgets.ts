// The lines that keep I8, I10 and I11: what is counted, what a refusal leaves alone, and never open.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const REFUSED_STARTS = 'test/verification/refused-starts.test.ts'
const RECIPIENT = 'test/verification/recipient.test.ts'
const SQLITE_LIMITER_FAULTS = 'test/limits/sqlite-limiter-faults.test.ts'

export const BUDGETS: readonly Mutant[] = [
  mutant(
    'I8.limit-rollback',
    'a refusal takes back what the other limits counted',
    [
      'test/limits/sqlite-limiter.test.ts',
      `C16: a refusal by the address leaves the number's budgets alone`,
    ],
    { node: 'PropertyAssignment', becomes: 'isKept: true' },
  ),
  mutant(
    'I8.refused-start-refund',
    'a refused start gives its ready code, or its place in the queue, back',
    [REFUSED_STARTS, 'C16: a start that a limit refuses gives its place'],
    { node: 'IfStatement', becomes: 'if (used) code.giveBack()' },
  ),
  mutant(
    'I8.refused-start-uncounted',
    'a start that makes no message after it was admitted is not counted',
    [REFUSED_STARTS, 'I8: a hash that is given up spends no budget'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'I8.refused-resend-uncounted',
    'a resend that makes no message after it was admitted is not counted',
    [REFUSED_STARTS, 'I8: a resend that comes after another node’s cancel spends no budget'],
    { node: 'AwaitExpression', becomes: 'void limiter' },
  ),
  mutant(
    'I8.count-given-back',
    'what a message that is not made has counted is given back',
    ['test/limits/sqlite-limiter.test.ts', 'I8: what was admitted can be given back'],
    { node: 'ExpressionStatement', becomes: 'void counter' },
  ),
  mutant(
    'I8.given-back-in-its-window',
    'nothing is given back into a window that began later',
    ['test/limits/sqlite-limiter.test.ts', 'I8: nothing is given back into the next window'],
    { node: 'BinaryExpression', becomes: 'Date.now() + res.msBeforeNext * 1000' },
  ),
  mutant(
    'I8.unused-code-returned',
    'an unused ready code goes back to the mint',
    [REFUSED_STARTS, 'C16: a minted code that was not used goes back'],
    { node: 'PropertyAssignment', nth: 2, becomes: 'giveBack: () => {}' },
  ),
  mutant(
    'I8.start-hasher-slot',
    'a start takes its place in the hasher’s queue before anything is counted',
    [REFUSED_STARTS, 'C16: a full hasher spends no budget'],
    {
      node: 'IfStatement',
      becomes: `if (code === undefined) {
    await deps.limiter.admit(plan.limitKeys())
    return refuseOverloaded()
  }`,
    },
  ),
  mutant(
    'I8.check-hasher-slot',
    'a check that finds no place in the hasher’s queue is not charged',
    [REFUSED_STARTS, 'C16: a full hasher charges no attempt'],
    {
      node: 'IfStatement',
      becomes: `if (!comparison) {
    const actor = actorOf(caller, command.endUser)
    await chargeOnly(deps, { record, now: admittedAt, actor })
    return refuseOverloaded()
  }`,
    },
  ),
  mutant(
    'I10.case-fold-nfkc',
    'limits count the case-folded, compatible form of an address',
    [RECIPIENT, 'C12: "USER@Example.COM" shares one budget'],
    { node: 'VariableStatement', becomes: 'const folded = address || foldCase(address)' },
  ),
  mutant(
    'I10.plus-tag-stripped',
    'limits count an address without its +tag',
    [RECIPIENT, 'C12: "uSeR+tag@example.com" shares one budget'],
    { node: 'VariableStatement', becomes: 'const untagged = name' },
  ),
  mutant(
    'I10.mailbox-aliases',
    'names that a mail provider treats as the same share one budget',
    [RECIPIENT, 'C12: "ann.b@gmail.com" and "annb@gmail.com" are one'],
    { node: 'PropertyAssignment', nth: 2, becomes: 'fold: (name) => name' },
  ),
  mutant(
    'I10.domain-aliases',
    'domains of one mail provider share one budget',
    [RECIPIENT, 'C12: "ann@mac.com" and "ann@icloud.com" are one'],
    { node: 'ElementAccessExpression', becomes: 'domain' },
  ),
  mutant(
    'I10.legacy-form-lookup',
    'rows that an earlier version stored for a mailbox are found by their own form',
    [RECIPIENT, 'find a mailbox that an earlier version stored, after today’s form'],
    { node: 'ReturnStatement', becomes: 'return [form]' },
  ),
  mutant(
    'C12.trim-invisibles',
    'invisible characters around an address are not part of it',
    [RECIPIENT, 'user@example.com​" is "user@example.com"'],
    { node: 'VariableStatement', becomes: 'const trimmed = to.trim()' },
  ),
  mutant(
    'C12.check-decoded-mailto',
    'the content of a mailto: link is checked after decoding',
    [RECIPIENT, 'user%2Btag@example.com" is "user+tag@example.com"'],
    { node: 'VariableStatement', becomes: 'const text = uri' },
  ),
  mutant(
    'C12.old-number-refused',
    'a number format that its country has abandoned is refused with a clear message',
    [RECIPIENT, 'C12: "+52 1 55 1234 5678" is refused in words'],
    {
      node: 'BinaryExpression',
      becomes: 'old.callingCode !== callingCode && old.national.test(national)',
    },
  ),
  mutant(
    'I10.index-canonical-form',
    'the index of a person is made from the form that is counted, not from the address as given',
    [RECIPIENT, 'distinguish the address from the budget, and services from each other'],
    { node: 'ArrayLiteralExpression', becomes: `['budget', service, key && recipient.address]` },
  ),
  mutant(
    'I11.fail-closed',
    'an error of the limit store refuses; it does not admit',
    [SQLITE_LIMITER_FAULTS, 'locked: refuses at the deadline'],
    {
      node: 'ReturnStatement',
      becomes: `return queue.run((connection) => consumeAll(connection, keys)).catch(() => ({ kind: 'admitted', budgets: [] }))`,
    },
  ),
  mutant(
    'I11.rethrow-unknown-errors',
    'only a refusal of the limiter counts as one; anything else it throws is rethrown',
    [SQLITE_LIMITER_FAULTS, 'table gone: refuses once'],
    {
      node: 'ThrowStatement',
      becomes: 'return { key, isRefused: false, res: new RateLimiterRes(1, 1, 1, false) }',
    },
  ),
  mutant(
    'I11.storage-error-503',
    'a locked, full or broken database is 503 with Retry-After',
    ['test/http/refusals.test.ts', '503 with Retry-After where the store is away'],
    {
      node: 'BinaryExpression',
      becomes: '!(error instanceof StoreUnavailableError) && error instanceof UnknownKeyError',
    },
  ),
  mutant(
    'I11.outage-not-unknown',
    'an unavailable store is not mistaken for an unknown key',
    ['test/access/api-keys.test.ts', 'a store that is down is not a wrong key'],
    {
      node: 'VariableStatement',
      becomes: 'const record = await store.find(parts.id).catch(() => undefined)',
    },
  ),
  mutant(
    'I10.send-limit-form',
    'the send limits use the counted form, too',
    ['test/e2e/c12-budgets.test.ts', 'C12: an address in any spelling has one budget'],
    {
      node: 'ExpressionStatement',
      becomes: `add(['sends_per_number_burst', 'sends_per_number_day'], recipient.address)`,
    },
  ),
  mutant(
    'I11.failed-commit-rejects',
    'a failed transaction rejects each of its writes',
    ['test/storage/sqlite/writer.test.ts', 'C42: a database that became read-only refuses writes'],
    { node: 'ExpressionStatement', becomes: 'waiting.resolve(error)' },
  ),
  mutant(
    'I4.retention-window',
    'verifications are kept for as long as guesses are summed from them',
    [
      'test/config/config.test.ts',
      'verifications are kept longer than guesses are summed from them (I4)',
    ],
    { node: 'IfStatement', becomes: 'if (needed > 0) continue' },
  ),
]
