// The lines that keep C58: a text is one SMS where it can be, and people, browsers and apps find its code.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const C58_TEXTS = 'test/delivery/c58-texts.test.ts'
const TEMPLATES = 'test/delivery/templates.test.ts'

export const TEXTS: readonly Mutant[] = [
  mutant(
    'C58.extended-two-septets',
    'an escape and its septet stay in one part',
    [TEMPLATES, 'C29: 153 euro signs'],
    { node: 'CallExpression', becomes: 'one.length' },
  ),
  mutant(
    'C58.bound-line-last',
    'the line for browsers is the last one, below that for an app',
    [C58_TEXTS, 'one part, the code once in it: with both'],
    { node: 'ArrayLiteralExpression', becomes: '[...bound, ...hash]' },
  ),
  mutant(
    'C58.code-not-split',
    'the end of a part does not cut the code',
    [C58_TEXTS, 'en: the end of a part never cuts the code'],
    { node: 'CallExpression', nth: 2, becomes: 'prefix + body + lines' },
  ),
  mutant(
    'C58.fewest-parts',
    'a shorter text is sent where the longer one takes a part more',
    [C58_TEXTS, 'one part, the code once in it: with both'],
    { node: 'BinaryExpression', becomes: 'size.parts >= fewest' },
  ),
  mutant(
    'C58.subject-without-code',
    'a subject shows the code only if the service asked for it',
    [TEMPLATES, 'en: the code is on its own in text and HTML'],
    { node: 'ConditionalExpression', becomes: 'texts.subjectWithCode' },
  ),
  mutant(
    'C58.code-isolated',
    'in a right-to-left text the code is a run of its own',
    [C58_TEXTS, 'the code is isolated, the line for browsers is not'],
    { node: 'TemplateExpression', becomes: 'code' },
  ),
  mutant(
    'C58.isolate-closed',
    'an isolate ends where the name ends',
    [C58_TEXTS, 'the code is isolated, the line for browsers is not'],
    { node: 'TemplateExpression', nth: 2, becomes: 'FSI + brand' },
  ),
  mutant(
    'C58.app-hash-format',
    'an app hash of another form is refused at the start',
    ['test/config/config.test.ts', 'ANDROID_APP_HASH=FA+9qCX9VS='],
    { node: 'RegularExpressionLiteral', becomes: '/^.{11}$/' },
  ),
  mutant(
    'C58.texts-of-own-service',
    'an admin of one service sees its texts only',
    ['test/console/texts.test.ts', 'shows a key of one service the texts of that one'],
    { node: 'ArrowFunction', becomes: '() => true' },
  ),
]
