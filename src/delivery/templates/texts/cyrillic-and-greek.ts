// The texts in Bulgarian, Greek, Russian and Ukrainian, in UCS-2: GSM-7 has Greek capitals only, and no Cyrillic.

import type { LanguageTexts } from '../language-texts.ts'

export const CYRILLIC_AND_GREEK = {
  bg: {
    sms: [
      '{{code}} е вашият код за {{brand}}. Валиден {{short}}. Не го споделяйте.',
      '{{code}} е вашият код за {{brand}}.',
      '{{code}} код за {{brand}}',
    ],
    subject: 'Вашият код за {{brand}}',
    subjectWithCode: 'Вашият код за {{brand}}: {{code}}',
    intro: 'Вашият код за {{brand}} е:',
    validity: 'Валиден е {{validity}}. Никога не го споделяйте с никого.',
    warning: 'Ако не сте го поискали, пренебрегнете това съобщение.',
    link: 'Или отворете тази връзка в браузъра, в който започнахте:',
    minute: { one: '# минута', other: '# минути' },
    second: { one: '# секунда', other: '# секунди' },
    short: { minute: '# мин', second: '# сек' },
  },
  el: {
    sms: [
      '{{code}} είναι ο κωδικός {{brand}}. Ισχύει {{validity}}. Μην τον δίνετε.',
      '{{code}} είναι ο κωδικός {{brand}}.',
      '{{code}} κωδικός {{brand}}',
    ],
    subject: 'Ο κωδικός σας {{brand}}',
    subjectWithCode: 'Ο κωδικός σας {{brand}}: {{code}}',
    intro: 'Ο κωδικός σας {{brand}} είναι:',
    validity: 'Ισχύει για {{validity}}. Μην τον κοινοποιήσετε ποτέ σε κανέναν.',
    warning: 'Αν δεν τον ζητήσατε, μπορείτε να αγνοήσετε αυτό το μήνυμα.',
    link: 'Ή ανοίξτε αυτόν τον σύνδεσμο στο πρόγραμμα περιήγησης όπου ξεκινήσατε:',
    minute: { one: '# λεπτό', other: '# λεπτά' },
    second: { one: '# δευτερόλεπτο', other: '# δευτερόλεπτα' },
  },
  ru: {
    sms: [
      '{{code}} — ваш код {{brand}}. Действует {{short}}. Никому не сообщайте.',
      '{{code}} — ваш код {{brand}}.',
      '{{code}} код {{brand}}',
    ],
    subject: 'Ваш код {{brand}}',
    subjectWithCode: 'Ваш код {{brand}}: {{code}}',
    intro: 'Ваш код {{brand}}:',
    validity: 'Он действует {{validity}}. Никогда и никому его не сообщайте.',
    warning: 'Если вы его не запрашивали, просто не обращайте внимания на это сообщение.',
    link: 'Или откройте эту ссылку в браузере, в котором вы начали:',
    minute: { one: '# минуту', few: '# минуты', many: '# минут', other: '# минуты' },
    second: { one: '# секунду', few: '# секунды', many: '# секунд', other: '# секунды' },
    short: { minute: '# мин', second: '# с' },
  },
  uk: {
    sms: [
      '{{code}} — ваш код {{brand}}. Діє {{short}}. Нікому його не повідомляйте.',
      '{{code}} — ваш код {{brand}}.',
      '{{code}} код {{brand}}',
    ],
    subject: 'Ваш код {{brand}}',
    subjectWithCode: 'Ваш код {{brand}}: {{code}}',
    intro: 'Ваш код {{brand}}:',
    validity: 'Він діє {{validity}}. Ніколи й нікому його не повідомляйте.',
    warning: 'Якщо ви його не запитували, просто не зважайте на це повідомлення.',
    link: 'Або відкрийте це посилання у браузері, у якому ви почали:',
    minute: { one: '# хвилину', few: '# хвилини', many: '# хвилин', other: '# хвилини' },
    second: { one: '# секунду', few: '# секунди', many: '# секунд', other: '# секунди' },
    short: { minute: '# хв', second: '# с' },
  },
} as const satisfies Record<string, LanguageTexts>
