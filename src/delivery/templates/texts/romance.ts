// The texts in French, Italian, Portuguese (of Portugal and of Brazil), Romanian and Spanish. Their SMS use words whose accents GSM-7 has.

import type { LanguageTexts } from '../language-texts.ts'

export const ROMANCE = {
  es: {
    sms: [
      '{{code}} es tu clave de {{brand}}. Caduca en {{short}}. No la compartas nunca.',
      '{{code}} es tu clave de {{brand}}.',
    ],
    subject: 'Tu código de {{brand}}',
    subjectWithCode: 'Tu código de {{brand}}: {{code}}',
    intro: 'Tu código de {{brand}} es:',
    validity: 'Es válido durante {{validity}}. No lo compartas nunca con nadie.',
    warning: 'Si no lo has pedido, puedes ignorar este mensaje.',
    minute: { one: '# minuto', other: '# minutos' },
    second: { one: '# segundo', other: '# segundos' },
    short: { minute: '# min', second: '# s' },
  },
  fr: {
    sms: [
      '{{code}} est votre code {{brand}}. Il expire dans {{short}}. Ne le communiquez jamais.',
      '{{code}} est votre code {{brand}}.',
    ],
    subject: 'Votre code {{brand}}',
    subjectWithCode: 'Votre code {{brand}}\u00a0: {{code}}',
    intro: 'Votre code pour {{brand}} est\u00a0:',
    validity: 'Il est valable {{validity}}. Ne le communiquez jamais à personne.',
    warning: 'Si vous ne l’avez pas demandé, vous pouvez ignorer ce message.',
    minute: { one: '# minute', other: '# minutes' },
    second: { one: '# seconde', other: '# secondes' },
    short: { minute: '# min', second: '# s' },
  },
  it: {
    sms: [
      '{{code}} è il tuo codice {{brand}}. Scade tra {{short}}. Non condividerlo mai.',
      '{{code}} è il tuo codice {{brand}}.',
    ],
    subject: 'Il tuo codice {{brand}}',
    subjectWithCode: 'Il tuo codice {{brand}}: {{code}}',
    intro: 'Il tuo codice per {{brand}} è:',
    validity: 'È valido per {{validity}}. Non condividerlo mai con nessuno.',
    warning: 'Se non lo hai richiesto, puoi ignorare questo messaggio.',
    minute: { one: '# minuto', other: '# minuti' },
    second: { one: '# secondo', other: '# secondi' },
    short: { minute: '# min', second: '# s' },
  },
  pt: {
    sms: [
      '{{code}} é o seu PIN para {{brand}}. Expira em {{short}}. Nunca o revele.',
      '{{code}} é o seu PIN para {{brand}}.',
    ],
    subject: 'O seu código {{brand}}',
    subjectWithCode: 'O seu código {{brand}}: {{code}}',
    intro: 'O seu código para {{brand}} é:',
    validity: 'É válido por {{validity}}. Nunca o revele a ninguém.',
    warning: 'Se não o pediu, pode ignorar esta mensagem.',
    minute: { one: '# minuto', other: '# minutos' },
    second: { one: '# segundo', other: '# segundos' },
    short: { minute: '# min', second: '# s' },
  },
  'pt-BR': {
    sms: [
      '{{code}} é o seu token de acesso {{brand}}. Expira em {{short}}. Nunca o compartilhe.',
      '{{code}} é o seu token {{brand}}.',
    ],
    subject: 'Seu código {{brand}}',
    subjectWithCode: 'Seu código {{brand}}: {{code}}',
    intro: 'Seu código para {{brand}} é:',
    validity: 'Ele é válido por {{validity}}. Nunca o compartilhe com ninguém.',
    warning: 'Se você não o solicitou, pode ignorar esta mensagem.',
    minute: { one: '# minuto', other: '# minutos' },
    second: { one: '# segundo', other: '# segundos' },
    short: { minute: '# min', second: '# s' },
  },
  ro: {
    sms: [
      '{{code}} este codul pentru {{brand}}, valabil {{short}}. Nu-l comunica altcuiva.',
      '{{code}} este codul pentru {{brand}}.',
    ],
    subject: 'Codul tău pentru {{brand}}',
    subjectWithCode: 'Codul tău pentru {{brand}}: {{code}}',
    intro: 'Codul tău pentru {{brand}} este:',
    validity: 'Este valabil {{validity}}. Nu-l comunica niciodată nimănui.',
    warning: 'Dacă nu l-ai cerut, poți ignora acest mesaj.',
    minute: { one: '# minut', few: '# minute', other: '# de minute' },
    second: { one: '# secundă', few: '# secunde', other: '# de secunde' },
    short: { minute: '# min', second: '# s' },
  },
} as const satisfies Record<string, LanguageTexts>
