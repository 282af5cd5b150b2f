// The lines that keep advice true for the state of its verification and for its reader.
// It must not name what support types: support.ts has that.

import { type Mutant, mutant } from '../mutation.ts'

const OFFERS = 'test/admin/offers.test.ts'

export const ADVICE: readonly Mutant[] = [
  mutant(
    'C74.other-key-capable',
    'another key is offered only what it could send',
    [OFFERS, 'may look only, and nobody could send'],
    { node: 'PropertyAssignment', becomes: 'isSendable: !mayAct' },
  ),
  mutant(
    'C74.ended-not-good',
    'a code that has ended is not shown as valid',
    [
      OFFERS,
      'one that may have gone out is reported as such while its code is valid, and no longer',
    ],
    { node: 'ConditionalExpression', becomes: 'advice.meanwhile' },
  ),
  mutant(
    'C74.timeline-ended-code',
    'a code that has ended is not shown as valid beside a try of its timeline',
    [OFFERS, 'may act'],
    { node: 'ConditionalExpression', becomes: '`${meanwhile} ${action}`.trim()' },
  ),
  mutant(
    'C74.exhausted-not-refused',
    'a message that was tried until the end is not shown as permanently refused',
    [OFFERS, 'a message tried until it expired was not permanently refused'],
    {
      node: 'PropertyAccessExpression',
      becomes: `adviseOn({ provider, code: errorCode }, 'failed').meaning`,
    },
  ),
  mutant(
    'C74.earlier-taken-told',
    'an earlier message that was accepted is mentioned where the newest one was not',
    [OFFERS, 'an earlier message that was accepted is mentioned beside the newest one'],
    { node: 'CallExpression', becomes: `newest([], 'delivery.sent')` },
  ),
  mutant(
    'C50.landline-no-resend',
    'another text to a landline is not the first button',
    ['test/admin/diagnosis.test.ts', 'does not put another text to a landline'],
    { node: 'PropertyAssignment', becomes: '' },
  ),
]
