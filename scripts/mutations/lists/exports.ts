// Exports: what a spreadsheet must not run, who may have recipients, and what the log says of it.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const EXPORTS_TEST = 'test/http/exports.test.ts'
const EXPORT = 'test/admin/export.test.ts'

export const EXPORTS: readonly Mutant[] = [
  mutant(
    'C32.csv-formula',
    'no cell of a CSV is a formula',
    [
      EXPORTS_TEST,
      'C32: no cell of events is a formula, whatever divides the cells, and every record is as long',
    ],
    { node: 'CallExpression', becomes: 'value' },
  ),
  mutant(
    'C30.export-masked',
    'an export names nobody in plaintext unless it was asked to',
    [
      EXPORTS_TEST,
      'C30: recipients are masked; in plaintext for the scope admin alone, and the log has who, what and how many',
    ],
    { node: 'ConditionalExpression', becomes: '(person() ?? NOBODY)' },
  ),
  mutant(
    'C35.export-plain-scope',
    'a key that may only read gets no recipients in plaintext',
    [
      EXPORTS_TEST,
      'C30: recipients are masked; in plaintext for the scope admin alone, and the log has who, what and how many',
    ],
    { node: 'IfStatement', becomes: 'return undefined' },
  ),
  mutant(
    'C30.export-logged',
    'the log shows who exports before anything leaves',
    [
      EXPORT,
      'reads nothing that nobody asked for, and is told apart from a whole one where its reader goes',
    ],
    { node: 'ExpressionStatement', becomes: '' },
  ),
]
