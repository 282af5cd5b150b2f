// The lines that keep C70: a message is written in the language that was meant, and counts its minutes right.
// It must name for each the fastest test that sees it.

import { type Defence, row } from './defence.ts'

const TAGS = 'src/kernel/language-tag.ts'
const PICK = 'src/delivery/templates/languages.ts'
const VALIDITY = 'src/delivery/templates/validity.ts'
const TEST = 'test/delivery/c70-languages.test.ts'

export const WORDS: readonly Defence[] = [
  row(
    'C70',
    'a region of three letters is not taken for a language',
    { file: TAGS, find: '(?:ar|kok|lv|ms|sgn|sw|uz|zh)-', replace: '[a-z]{2,3}-' },
    { file: TEST, title: 'en-USA is en' },
  ),
  row(
    'C70',
    'the script stands in each key, so that no look-up ends in another one',
    {
      file: TAGS,
      find: 'parts.slice(0, i + 1)',
      replace: 'parts.slice(0, i)',
    },
    { file: TEST, title: 'the look-up never leaves the script' },
  ),
  row(
    'C70',
    'a script that was not said is the likely one of the region',
    {
      file: TAGS,
      find: 'locale?.maximize().script',
      replace: 'locale?.script ?? (locale && new Intl.Locale(locale.language).maximize().script)',
    },
    { file: TEST, title: 'zh-TW with texts in []: zh-Hant' },
  ),
  row(
    'C70',
    'underscores are read as hyphens',
    { file: TAGS, find: "name.replaceAll('_', '-')", replace: 'name' },
    { file: TEST, title: 'en_US is en-US' },
  ),
  row(
    'C70',
    'extensions are left out, not refused',
    { file: TAGS, find: '?? (isSound ? readBeginning(shorter) : undefined)', replace: '' },
    { file: TEST, title: 'de-u-broken! is de' },
  ),
  row(
    'C70',
    'a template without a text for the channel is none',
    {
      file: PICK,
      find: 'filter(([, override]) => isFor(channel, override))',
      replace: 'filter(() => channel.length > 0)',
    },
    { file: TEST, title: 'a text for another channel is none' },
  ),
  row(
    'C70',
    'the answer says which language was used',
    {
      file: 'src/verification/start.ts',
      find: 'domain.pickLocale(service, begun.channel, [command.locale, localeOf(recipient)])',
      replace: 'command.locale ?? localeOf(recipient) ?? service.locale',
    },
    {
      file: 'test/e2e/c70-locale.test.ts',
      title: 'C70: to +14155552671 in zh-Hant-TW the message is in zh-Hant',
    },
  ),
  row(
    'C70',
    'minutes are rounded down',
    {
      file: VALIDITY,
      find: 'Math.floor(seconds / MINUTE_SECONDS)',
      replace: 'Math.round(seconds / MINUTE_SECONDS)',
    },
    { file: TEST, title: '100 s are 1 minute' },
  ),
  row(
    'C70',
    'numbers take the form of their plural category',
    {
      file: VALIDITY,
      find: 'forms[pluralOf(language, count)] ?? forms.other',
      replace: 'pluralOf(language, count) && forms.other',
    },
    { file: TEST, title: 'pl: 300 s are 5 minut' },
  ),

  row(
    'C70',
    'a service whose language has no text is named at the start, by channel',
    {
      file: 'src/config/rules.ts',
      find: '  warnings.push(...warnOfLanguage(service))\n',
      replace: '',
    },
    { file: 'test/config/c70-warnings.test.ts', title: 'fi: sms and email' },
  ),
  row(
    'C70',
    'a region or a relative of a language that has texts is not warned of',
    {
      file: 'src/config/rules.ts',
      find: 'languageKeys(used).at(-1) === languageKeys(locale).at(-1)',
      replace: 'languageKeys(used).at(-1) === languageKeys(locale)[0]',
    },
    { file: 'test/config/c70-warnings.test.ts', title: 'de-CH has texts: nothing is said' },
  ),
  row(
    'C70',
    'two tags of one look-up are refused: one text would never be written',
    {
      file: 'src/config/services.ts',
      find: 'const keys = Object.keys(all).map((tag) => languageKeys(tag)[0])',
      replace: 'const keys = Object.keys(all)',
    },
    { file: 'test/config/c70-warnings.test.ts', title: 'zh-TW and zh-Hant-TW are one' },
  ),
  row(
    'C70',
    'a text of the service’s own comes before the built-in one',
    {
      file: PICK,
      find: 'const found = name ?? BUILT_IN.get(key)',
      replace: 'const found = BUILT_IN.get(key) ?? name',
    },
    { file: TEST, title: 'zh with texts in ["zh-Hans"]: zh-Hans' },
  ),
  row(
    'C70',
    'the script that glibc names behind an @ is read',
    {
      file: TAGS,
      find: 'locale.script ?? SCRIPT_OF_MODIFIER[modifier.toLowerCase()]',
      replace: 'locale.script',
    },
    { file: TEST, title: 'sr_RS@latin is sr-Latn-RS' },
  ),
  row(
    'C70',
    'less than a minute is told in seconds',
    {
      file: VALIDITY,
      find: "minutes > 0 ? (['minute', minutes] as const) : (['second', seconds] as const)",
      replace: "(['minute', Math.max(1, minutes)] as const)",
    },
    { file: TEST, title: '59 s are 59 seconds' },
  ),
  row(
    'C70',
    '{{minutes}} of a text of one’s own never says a minute that is not left',
    { file: VALIDITY, find: "String(minutes) : '<1'", replace: "String(minutes) : '1'" },
    { file: TEST, title: 'in a text of one’s own: {{validity}} in words' },
  ),

  row(
    'C70',
    'a variant has texts of its own before those of the language',
    {
      file: TAGS,
      find: '.filter((part) => /^(?:\\w{5,8}|\\d\\w{3})$/.test(part))',
      replace: ".filter((part) => part === '')",
    },
    { file: TEST, title: 'the look-up never leaves the script' },
  ),
  row(
    'C70',
    'what Windows called the scripts of Chinese is read',
    { file: TAGS, find: ".replace(WINDOWS_CHINESE, 'zh-Han$1')", replace: '' },
    { file: TEST, title: 'zh-CHT is zh-Hant' },
  ),
  row(
    'C70',
    'who reads Norwegian in one form finds the other',
    {
      file: TAGS,
      find: '...(related ? [`${related}-${script}`.toLowerCase()] : [])',
      replace: '...[]',
    },
    { file: TEST, title: 'people who read both find the other one' },
  ),
]
