// The lines that keep C70: a message is written in the language that was meant, and counts its minutes right.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const C70_LANGUAGES = 'test/delivery/c70-languages.test.ts'
const C70_WARNINGS = 'test/config/c70-warnings.test.ts'

export const WORDS: readonly Mutant[] = [
  mutant(
    'C70.region-not-language',
    'a three-letter region is not mistaken for a language',
    [C70_LANGUAGES, 'en-USA is en'],
    { node: 'RegularExpressionLiteral', becomes: '/^[a-z]{2,3}-(?:min-)?(?=[a-z]{3}(?:-|$))/i' },
  ),
  mutant(
    'C70.script-in-key',
    'each key contains the script, so that no look-up ends in another one',
    [C70_LANGUAGES, 'the look-up never leaves the script'],
    { node: 'CallExpression', nth: 4, becomes: 'parts.slice(0, i)' },
  ),
  mutant(
    'C70.likely-script',
    'an unstated script is the likely one of the region',
    [C70_LANGUAGES, 'zh-TW with texts in []: zh-Hant'],
    {
      node: 'PropertyAccessExpression',
      becomes: 'locale?.script ?? (locale && new Intl.Locale(locale.language).maximize().script)',
    },
  ),
  mutant(
    'C70.underscore-as-hyphen',
    'underscores are read as hyphens',
    [C70_LANGUAGES, 'en_US is en-US'],
    { node: 'CallExpression', nth: 3, becomes: 'name' },
  ),
  mutant(
    'C70.extensions-ignored',
    'extensions are left out, not refused',
    [C70_LANGUAGES, 'de-u-broken! is de'],
    { node: 'ReturnStatement', becomes: 'return toLocale(tag) ' },
  ),
  mutant(
    'C70.channel-text-required',
    'a template without a text for the channel is ignored',
    [C70_LANGUAGES, 'a text for another channel does not count'],
    { node: 'ArrowFunction', becomes: '() => channel.length > 0' },
  ),
  mutant(
    'C70.language-told',
    'the answer states which language was used',
    ['test/e2e/c70-locale.test.ts', 'C70: to +14155552671 in zh-Hant-TW the message is in zh-Hant'],
    { node: 'CallExpression', becomes: 'command.locale ?? localeOf(recipient) ?? service.locale' },
  ),
  mutant(
    'C70.minutes-rounded-down',
    'minutes are rounded down',
    [C70_LANGUAGES, '100 s are 1 minute'],
    { node: 'CallExpression', becomes: 'Math.round(seconds / MINUTE_SECONDS)' },
  ),
  mutant(
    'C70.plural-category',
    'numbers take the form of their plural category',
    [C70_LANGUAGES, 'pl: 300 s are 5 minut'],
    { node: 'BinaryExpression', becomes: 'pluralOf(language, count) && forms.other' },
  ),
  mutant(
    'C70.missing-text-named',
    'a service whose language has no text is named at the start, by channel',
    [C70_WARNINGS, 'et: sms and email'],
    { node: 'ExpressionStatement', becomes: '' },
  ),
  mutant(
    'C70.related-language-quiet',
    'there is no warning for a region or a relative of a language that has texts',
    [C70_WARNINGS, 'de-CH has texts: there is no warning'],
    {
      node: 'CallExpression',
      becomes: 'languageKeys(used).includes(languageKeys(locale)[0] ?? "")',
    },
  ),
  mutant(
    'C70.same-lookup-refused',
    'two tags of one look-up are refused: one text would never be used',
    [C70_WARNINGS, 'zh-TW and zh-Hant-TW are the same'],
    { node: 'VariableStatement', becomes: 'const keys = Object.keys(all)' },
  ),
  mutant(
    'C70.own-text-first',
    'a service’s own text comes before the built-in one',
    [C70_LANGUAGES, 'people who read both find the other one'],
    { node: 'VariableStatement', becomes: 'const found = built ?? name' },
  ),
  mutant(
    'C70.glibc-script-modifier',
    'the script that glibc writes after an @ is read',
    [C70_LANGUAGES, 'sr_RS@latin is sr-Latn-RS'],
    { node: 'BinaryExpression', becomes: 'locale.script' },
  ),
  mutant(
    'C70.seconds-under-minute',
    'less than a minute is given in seconds',
    [C70_LANGUAGES, '59 s are 59 seconds'],
    { node: 'ConditionalExpression', becomes: `(['minute', Math.max(1, minutes)] as const)` },
  ),
  mutant(
    'C70.own-minutes-floor',
    '{{minutes}} of a custom text never states a minute that is not left',
    [C70_LANGUAGES, 'in a text of one’s own: {{validity}} in words'],
    {
      node: 'ConditionalExpression',
      becomes: `minutes > 0 ? String(minutes) : '1'`,
    },
  ),
  mutant(
    'C70.variant-first',
    'a variant has texts of its own before those of the language',
    [C70_LANGUAGES, 'the look-up never leaves the script'],
    { node: 'ArrowFunction', becomes: `(part) => part === ''` },
  ),
  mutant(
    'C70.windows-chinese-script',
    'the names that Windows used for the scripts of Chinese are read',
    [C70_LANGUAGES, 'zh-CHT is zh-Hant'],
    { node: 'PropertyAccessExpression', becomes: `name.replaceAll('_', '-').replace` },
  ),
  mutant(
    'C70.norwegian-forms',
    'one form of Norwegian is found for the other',
    [C70_LANGUAGES, 'people who read both find the other one'],
    { node: 'BinaryExpression', becomes: '[] as string[]' },
  ),
]
