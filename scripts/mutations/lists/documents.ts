// Lines that keep docs/ as Markdown complete and bounded.

import { type Mutant, mutant } from '../mutation.ts'

const PAGES = 'test/http/markdown-pages.test.ts'

export const DOCUMENTS: readonly Mutant[] = [
  mutant(
    'C97.page-kept',
    'a page is read and kept once, however many ask for it',
    [PAGES, 'C97: is read once, and again after a failure'],
    {
      node: 'CallExpression',
      becomes: '(async () => encode(withLinksInside(name, await readText(name))))',
    },
  ),
  mutant(
    'C97.failure-not-kept',
    'after a failure the next one who asks reads it',
    [PAGES, 'C97: is read once, and again after a failure'],
    { node: 'ExpressionStatement', becomes: '' },
  ),
  mutant(
    'C97.links-inside',
    'a page links only to what is served',
    [PAGES, 'C97: is served as Markdown, and what it links to is served, too'],
    { node: 'ConditionalExpression', becomes: 'link' },
  ),
]
