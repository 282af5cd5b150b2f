// Lines that keep I23 and the cases of the wires.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const STORE = 'test/service/databases.test.ts'

export const WIRES: readonly Mutant[] = [
  mutant(
    'I23.in-transaction',
    'the id that a wire’s callers get is written with the start',
    [STORE, 'is found by its id there'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C94.own-wire',
    'a wire finds what it started for the same service, and nothing else',
    [STORE, 'another wire, another service and another id find nothing'],
    { node: 'CallExpression', becomes: `eq(v.service, p('service'))` },
  ),
]
