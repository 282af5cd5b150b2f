// The lines that keep I8, I10 and I11: what is counted, what a refusal leaves alone, and never open.
// It must name for each the fastest test that sees it.

import type { Defence } from './defence.ts'

const LIMITER = 'src/limits/sqlite-limiter.ts'
const RECIPIENTS = 'test/verification/recipient.test.ts'
const REFUSED_STARTS = 'test/verification/refused-starts.test.ts'

export const BUDGETS: readonly Defence[] = [
  {
    keeps: 'I8',
    line: 'one refusal takes back what the other limits counted',
    changes: [
      {
        file: LIMITER,
        find: "if (admission.kind === 'refused') database.rollback()\n    else database.commit()",
        replace: 'database.commit()',
      },
    ],
    test: {
      file: 'test/limits/sqlite-limiter.test.ts',
      title: "C16: a refusal by the address leaves the number's budgets alone",
    },
  },
  {
    keeps: 'I8',
    line: 'a start that was refused gives its minted code, or its place in the queue, back',
    changes: [
      {
        file: 'src/verification/start.ts',
        find: 'if (!used) code.giveBack()',
        replace: 'if (used) code.giveBack()',
      },
    ],
    test: { file: REFUSED_STARTS, title: 'C16: a start that a limit refuses gives its place' },
  },
  {
    keeps: 'I8',
    line: 'a minted code that was not used goes back to the mint',
    changes: [
      {
        file: 'src/verification/obtain-code.ts',
        find: 'giveBack: () => domain.mint.giveBack(minted)',
        replace: 'giveBack: () => {}',
      },
    ],
    test: { file: REFUSED_STARTS, title: 'C16: a minted code that was not used goes back' },
  },
  {
    keeps: 'I8',
    line: 'a start takes its place in the hasher’s queue before anything is counted',
    changes: [
      {
        file: 'src/verification/start.ts',
        find: 'if (!code) return refuseOverloaded()',
        replace:
          'if (!code) {\n    await domain.limiter.admit(sendLimitKeys(domain, subjectOf(begun)))\n    return refuseOverloaded()\n  }',
      },
    ],
    test: { file: REFUSED_STARTS, title: 'C16: a full hasher spends no budget' },
  },
  {
    keeps: 'I8',
    line: 'a check takes its place in the hasher’s queue before the charge',
    changes: [
      {
        file: 'src/verification/check.ts',
        find: 'if (!comparison) return refuseOverloaded()',
        replace:
          'if (!comparison) {\n    const { id, service } = record\n    await domain.store.charge({ id, service, now: domain.clock.now(), perNumber: null })\n    return refuseOverloaded()\n  }',
      },
    ],
    test: { file: REFUSED_STARTS, title: 'C16: a full hasher charges no attempt' },
  },
  {
    keeps: 'I10',
    line: 'limits count the case-folded, compatible form of an address',
    changes: [
      {
        file: 'src/verification/email.ts',
        find: "const folded = foldCase(address.normalize('NFKC')).normalize('NFKC')",
        replace: 'const folded = address || foldCase(address)',
      },
    ],
    test: { file: RECIPIENTS, title: 'C12: "USER@Example.COM" shares one budget' },
  },
  {
    keeps: 'I10',
    line: 'limits count an address without its +tag',
    changes: [
      {
        file: 'src/verification/mailbox-aliases.ts',
        find: "const untagged = withoutTag(name, '+')",
        replace: 'const untagged = name',
      },
    ],
    test: { file: RECIPIENTS, title: 'C12: "uSeR+tag@example.com" shares one budget' },
  },
  {
    keeps: 'I10',
    line: 'names that a mail provider does not tell apart share one budget',
    changes: [
      {
        file: 'src/verification/mailbox-aliases.ts',
        find: "fold: (name) => name.replaceAll('.', '')",
        replace: 'fold: (name) => name',
      },
    ],
    test: { file: RECIPIENTS, title: 'C12: "ann.b@gmail.com" and "annb@gmail.com" are one' },
  },
  {
    keeps: 'I10',
    line: 'domains of one mail provider share one budget',
    changes: [
      {
        file: 'src/verification/mailbox-aliases.ts',
        find: '@${domains[0]}`',
        replace: '@${domain}`',
      },
    ],
    test: { file: RECIPIENTS, title: 'C12: "ann@mac.com" and "ann@icloud.com" are one' },
  },
  {
    keeps: 'I10',
    line: 'rows that an earlier version stored of a mailbox are found by its own form',
    changes: [
      {
        file: 'src/verification/email.ts',
        find: 'return previous === form ? [form] : [form, previous]',
        replace: 'return [form]',
      },
    ],
    test: { file: RECIPIENTS, title: 'find what an earlier version stored of a mailbox' },
  },
  {
    keeps: 'C12',
    line: 'invisible characters around an address are no part of it',
    changes: [
      {
        file: 'src/verification/email.ts',
        find: "const trimmed = to.replaceAll(EDGES, '')",
        replace: 'const trimmed = to.trim()',
      },
    ],
    test: { file: RECIPIENTS, title: 'user@example.com\u200b" is "user@example.com"' },
  },
  {
    keeps: 'C12',
    line: 'what a mailto: link encodes is checked once it is decoded',
    changes: [
      {
        file: 'src/verification/email.ts',
        find: 'const text = decodeURIComponent(uri)',
        replace: 'const text = uri',
      },
    ],
    test: { file: RECIPIENTS, title: 'user%2Btag@example.com" is "user+tag@example.com"' },
  },
  {
    keeps: 'C12',
    line: 'a form of a number that its country gave up is refused in words',
    changes: [
      {
        file: 'src/verification/old-numbers.ts',
        find: 'old.callingCode === callingCode && old.national.test(national)',
        replace: 'old.callingCode !== callingCode && old.national.test(national)',
      },
    ],
    test: { file: RECIPIENTS, title: 'C12: "+52 1 55 1234 5678" is refused in words' },
  },
  {
    keeps: 'I10',
    line: 'the index of a person is made of the form that is counted, not of the address as given',
    changes: [
      {
        file: 'src/verification/recipient.ts',
        find: "['budget', service, key]",
        replace: "['budget', service, key && recipient.address]",
      },
    ],
    test: { file: RECIPIENTS, title: 'tell the address from the budget, and services apart' },
  },
  {
    keeps: 'I11',
    line: 'an error of the limit store refuses, it does not admit',
    changes: [
      {
        file: LIMITER,
        find: 'return inTurn((connection) => consumeAll(connection, keys))',
        replace:
          "return inTurn((connection) => consumeAll(connection, keys)).catch(() => ({ kind: 'admitted', budgets: [] }))",
      },
    ],
    test: {
      file: 'test/limits/sqlite-limiter-faults.test.ts',
      title: 'locked: refuses at the deadline',
    },
  },
  {
    keeps: 'I11',
    line: 'only a refusal of the limiter is taken for one; what else it throws is thrown',
    changes: [
      {
        file: 'src/limits/counting.ts',
        find: '    throw thrown\n',
        replace: '    return { key, isRefused: false, res: new RateLimiterRes(1, 1, 1, false) }\n',
      },
    ],
    test: {
      file: 'test/limits/sqlite-limiter-faults.test.ts',
      title: 'table gone: refuses once',
    },
  },
  {
    keeps: 'I11',
    line: 'a database that is locked, full or broken is 503 with Retry-After',
    changes: [
      {
        file: 'src/http/problem.ts',
        find: 'error instanceof StoreUnavailableError || error instanceof UnknownKeyError',
        replace: '!(error instanceof StoreUnavailableError) && error instanceof UnknownKeyError',
      },
    ],
    test: {
      file: 'test/http/refusals.test.ts',
      title: '503 with Retry-After where the store is away',
    },
  },
  {
    keeps: 'I11',
    line: 'a store that is away is not taken for a key that is unknown',
    changes: [
      {
        file: 'src/access/authenticator.ts',
        find: 'const record = await store.find(parts.id)',
        replace: 'const record = await store.find(parts.id).catch(() => undefined)',
      },
    ],
    test: {
      file: 'test/access/api-keys.test.ts',
      title: 'a store that is away is not a wrong key',
    },
  },
  {
    keeps: 'I10',
    line: 'the send limits take the form that is counted, too',
    changes: [
      {
        file: 'src/verification/budgets.ts',
        find: "add('sends_per_number_burst', budgetKey(recipient), kind)",
        replace: "add('sends_per_number_burst', recipient.address, kind)",
      },
    ],
    test: {
      file: 'test/e2e/c12-budgets.test.ts',
      title: 'C12: an address in any spelling has one budget',
    },
  },
  {
    keeps: 'I11',
    line: 'a transaction that could not be written rejects each of its writes',
    changes: [
      {
        file: 'src/storage/sqlite/writer.ts',
        find: "waiting.reject(unavailable('the database cannot be written', error))",
        replace: 'waiting.resolve(error)',
      },
    ],
    test: {
      file: 'test/storage/sqlite/writer.test.ts',
      title: 'C42: a database that became read-only refuses writes',
    },
  },
  {
    keeps: 'I4',
    line: 'verifications are kept for as long as guesses are summed from them',
    changes: [
      {
        file: 'src/config/rules.ts',
        find: 'if (needed <= days * DAY_SECONDS) continue',
        replace: 'if (days > 0) continue',
      },
    ],
    test: {
      file: 'test/config/config.test.ts',
      title: 'verifications are kept longer than guesses are summed from them (I4)',
    },
  },
]
