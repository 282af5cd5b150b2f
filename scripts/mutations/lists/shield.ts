// Lines that keep C84: the shield's rules name an attack, and none of the honest people beside it.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const RULES = 'test/shield/rules.test.ts'

const WATCHING = 'test/shield/watching.test.ts'

export const SHIELD: readonly Mutant[] = [
  mutant(
    'C84.record-stops-nothing',
    'a rule that records makes no entry',
    [RULES, 'makes an entry in force alone'],
    { node: 'IfStatement', becomes: "if (mode === 'off' || until <= now) return undefined" },
  ),
  mutant(
    'C84.sqlite-once',
    'what was counted is written with the place that it was counted from, or not at all',
    [WATCHING, 'counts each event once where commits are lost'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C84.people-sealed',
    'no number is in the store in plaintext: a level’s block and the last digits of its people are all of it',
    [WATCHING, 'has no whole number'],
    { node: 'ConditionalExpression', becomes: 'JSON.stringify(people)' },
  ),
  mutant(
    'C84.known-pass',
    'a recipient who was approved here before is no part of any rule',
    [RULES, 'nothing of a known recipient'],
    {
      node: 'IfStatement',
      becomes: "if (event.kind !== 'real' || verificationId === null) return undefined",
    },
  ),
  mutant(
    'C84.person-counted-thrice',
    'a person who tries again is no attack on a block of numbers',
    [RULES, 'counts one who tries again three times'],
    { node: 'BinaryExpression', becomes: 'true' },
  ),
  mutant(
    'C84.approval-drains',
    'an approval takes back what its start added',
    [RULES, 'is drained by an approval'],
    { node: 'ConditionalExpression', becomes: 'level' },
  ),
  mutant(
    'C84.failure-drains',
    'a message that failed takes back what its start added',
    [RULES, 'is drained where the first message failed'],
    {
      node: 'IfStatement',
      becomes: "if (fact.kind === 'failure') return { level: now, trips: false }",
    },
  ),
  mutant(
    'C84.stopped-not-counted',
    'a start that would have been stopped is not counted',
    [RULES, 'stops what comes while it lasts'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C84.levels-bounded',
    'levels do not grow with the prefixes of an attack',
    [RULES, 'levels are bounded'],
    { node: 'ForOfStatement', becomes: '' },
  ),
]
