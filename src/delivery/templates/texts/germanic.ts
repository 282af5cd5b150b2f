// The texts in Danish, Dutch, English, German, Norwegian (Bokmål) and Swedish. GSM-7 has all of their everyday letters.

import type { LanguageTexts } from '../language-texts.ts'

export const GERMANIC = {
  da: {
    sms: [
      '{{code}} er din kode til {{brand}}. Den udløber om {{short}}. Del den aldrig.',
      '{{code}} er din kode til {{brand}}.',
    ],
    subject: 'Din kode til {{brand}}',
    subjectWithCode: 'Din kode til {{brand}}: {{code}}',
    intro: 'Din kode til {{brand}} er:',
    validity: 'Den er gyldig i {{validity}}. Del den aldrig med nogen.',
    warning: 'Hvis du ikke har bedt om den, kan du se bort fra denne besked.',
    minute: { one: '# minut', other: '# minutter' },
    second: { one: '# sekund', other: '# sekunder' },
    short: { minute: '# min', second: '# sek' },
  },
  de: {
    sms: [
      '{{code}} ist der Code für {{brand}}. Gültig für {{short}}. Nie weitergeben.',
      '{{code}} ist der Code für {{brand}}.',
    ],
    subject: 'Der Code für {{brand}}',
    subjectWithCode: 'Der Code für {{brand}}: {{code}}',
    intro: 'Der Code für {{brand}} lautet:',
    validity: 'Er gilt {{validity}}. Geben Sie ihn nie weiter.',
    warning: 'Wenn Sie ihn nicht angefordert haben, können Sie diese Nachricht ignorieren.',
    minute: { one: '# Minute', other: '# Minuten' },
    second: { one: '# Sekunde', other: '# Sekunden' },
    short: { minute: '# Min', second: '# Sek' },
  },
  en: {
    sms: [
      '{{code}} is your {{brand}} code. It expires in {{short}}. Never share it.',
      '{{code}} is your {{brand}} code.',
    ],
    subject: 'Your {{brand}} code',
    subjectWithCode: 'Your {{brand}} code: {{code}}',
    intro: 'Your code for {{brand}} is:',
    validity: 'It is valid for {{validity}}. Never share it with anyone.',
    warning: 'If you did not ask for it, you can ignore this message.',
    minute: { one: '# minute', other: '# minutes' },
    second: { one: '# second', other: '# seconds' },
    short: { minute: '# min', second: '# s' },
  },
  nb: {
    sms: [
      '{{code}} er koden din for {{brand}}. Den utløper om {{short}}. Ikke del den med noen.',
      '{{code}} er koden din for {{brand}}.',
    ],
    subject: 'Koden din for {{brand}}',
    subjectWithCode: 'Koden din for {{brand}}: {{code}}',
    intro: 'Koden din for {{brand}} er:',
    validity: 'Den er gyldig i {{validity}}. Del den aldri med noen.',
    warning: 'Hvis du ikke har bedt om den, kan du se bort fra denne meldingen.',
    minute: { one: '# minutt', other: '# minutter' },
    second: { one: '# sekund', other: '# sekunder' },
    short: { minute: '# min', second: '# sek' },
  },
  nl: {
    sms: [
      '{{code}} is je code voor {{brand}}. Deze verloopt over {{short}}. Deel hem nooit.',
      '{{code}} is je code voor {{brand}}.',
    ],
    subject: 'Je code voor {{brand}}',
    subjectWithCode: 'Je code voor {{brand}}: {{code}}',
    intro: 'Je code voor {{brand}} is:',
    validity: 'De code is {{validity}} geldig. Deel hem nooit met iemand.',
    warning: 'Heb je deze code niet aangevraagd? Dan kun je dit bericht negeren.',
    minute: { one: '# minuut', other: '# minuten' },
    second: { one: '# seconde', other: '# seconden' },
    short: { minute: '# min', second: '# sec' },
  },
  sv: {
    sms: [
      '{{code}} är din kod för {{brand}}. Den gäller i {{short}}. Dela den aldrig.',
      '{{code}} är din kod för {{brand}}.',
    ],
    subject: 'Din kod för {{brand}}',
    subjectWithCode: 'Din kod för {{brand}}: {{code}}',
    intro: 'Din kod för {{brand}} är:',
    validity: 'Den gäller i {{validity}}. Dela den aldrig med någon.',
    warning: 'Om du inte har begärt den kan du bortse från det här meddelandet.',
    minute: { one: '# minut', other: '# minuter' },
    second: { one: '# sekund', other: '# sekunder' },
    short: { minute: '# min', second: '# s' },
  },
} as const satisfies Record<string, LanguageTexts>
