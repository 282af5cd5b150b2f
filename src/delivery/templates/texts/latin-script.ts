// The texts in Czech, Finnish, Hungarian, Indonesian, Polish, Turkish and Vietnamese. In GSM-7 where everyday words without
// other letters exist; Czech, Hungarian and Vietnamese are spelled with theirs, in UCS-2.

import type { LanguageTexts } from '../language-texts.ts'

export const LATIN_SCRIPT = {
  cs: {
    sms: [
      '{{code}} je váš kód pro {{brand}}. Platí {{short}}. Nikomu ho nesdělujte.',
      '{{code}} je váš kód pro {{brand}}.',
      '{{code}} kód {{brand}}',
    ],
    subject: 'Váš kód pro {{brand}}',
    subjectWithCode: 'Váš kód pro {{brand}}: {{code}}',
    intro: 'Váš kód pro {{brand}} je:',
    validity: 'Platí {{validity}}. Nikdy ho nikomu nesdělujte.',
    warning: 'Pokud jste o něj nežádali, můžete tuto zprávu ignorovat.',
    minute: { one: '# minutu', few: '# minuty', other: '# minut' },
    second: { one: '# sekundu', few: '# sekundy', other: '# sekund' },
    short: { minute: '# min', second: '# s' },
  },
  fi: {
    sms: [
      '{{code}} on koodisi palveluun {{brand}}. Se on voimassa {{short}}. Älä jaa sitä.',
      '{{code}} on koodisi palveluun {{brand}}.',
    ],
    subject: 'Koodisi palveluun {{brand}}',
    subjectWithCode: 'Koodisi palveluun {{brand}}: {{code}}',
    intro: 'Koodisi palveluun {{brand}} on:',
    validity: 'Se on voimassa {{validity}}. Älä koskaan jaa sitä kenellekään.',
    warning: 'Jos et pyytänyt koodia, voit jättää tämän viestin huomiotta.',
    minute: { one: '# minuutin', other: '# minuuttia' },
    second: { one: '# sekunnin', other: '# sekuntia' },
    short: { minute: '# min', second: '# s' },
  },
  hu: {
    sms: [
      '{{code}} az Ön {{brand}} kódja, {{validity}}ig érvényes. Ne ossza meg.',
      '{{code}} az Ön {{brand}} kódja.',
      '{{code}} {{brand}} kód',
    ],
    subject: 'Az Ön {{brand}} kódja',
    subjectWithCode: 'Az Ön {{brand}} kódja: {{code}}',
    intro: 'Az Ön {{brand}} kódja:',
    validity: '{{validity}}ig érvényes. Soha ne ossza meg senkivel.',
    warning: 'Ha nem Ön kérte, hagyja figyelmen kívül ezt az üzenetet.',
    minute: { other: '# perc' },
    second: { other: '# másodperc' },
  },
  id: {
    sms: [
      '{{code}} adalah kode {{brand}} Anda. Berlaku {{short}}. Jangan berikan kepada siapa pun.',
      '{{code}} adalah kode {{brand}} Anda.',
    ],
    subject: 'Kode {{brand}} Anda',
    subjectWithCode: 'Kode {{brand}} Anda: {{code}}',
    intro: 'Kode {{brand}} Anda adalah:',
    validity: 'Kode ini berlaku selama {{validity}}. Jangan pernah berikan kepada siapa pun.',
    warning: 'Jika Anda tidak memintanya, abaikan pesan ini.',
    minute: { other: '# menit' },
    second: { other: '# detik' },
  },
  pl: {
    sms: [
      '{{code}} to kod {{brand}}. Wygasa za {{short}}. Nigdy go nikomu nie podawaj.',
      '{{code}} to kod {{brand}}.',
    ],
    subject: 'Twój kod {{brand}}',
    subjectWithCode: 'Twój kod {{brand}}: {{code}}',
    intro: 'Twój kod do {{brand}}:',
    validity: 'Jest ważny przez {{validity}}. Nigdy go nikomu nie podawaj.',
    warning: 'Jeśli to nie Ty prosisz o kod, zignoruj tę wiadomość.',
    minute: { one: '# minutę', few: '# minuty', many: '# minut', other: '# minuty' },
    second: { one: '# sekundę', few: '# sekundy', many: '# sekund', other: '# sekundy' },
    short: { minute: '# min', second: '# s' },
  },
  tr: {
    sms: [
      '{{code}} {{brand}} kodunuz. {{short}} sonra süresi dolar. Kimseye vermeyin.',
      '{{code}} {{brand}} kodunuz.',
    ],
    subject: '{{brand}} kodunuz',
    subjectWithCode: '{{brand}} kodunuz: {{code}}',
    intro: '{{brand}} için kodunuz:',
    validity: '{{validity}} geçerlidir. Hiç kimseyle paylaşmayın.',
    warning: 'Bu kodu siz istemediyseniz bu iletiyi yok sayabilirsiniz.',
    minute: { other: '# dakika' },
    second: { other: '# saniye' },
  },
  vi: {
    sms: [
      '{{code}} là mã {{brand}} của bạn, hết hạn sau {{short}}. Không chia sẻ.',
      '{{code}} là mã {{brand}} của bạn.',
      '{{code}} mã {{brand}}',
    ],
    subject: 'Mã {{brand}} của bạn',
    subjectWithCode: 'Mã {{brand}} của bạn: {{code}}',
    intro: 'Mã {{brand}} của bạn là:',
    validity: 'Mã có hiệu lực trong {{validity}}. Tuyệt đối không chia sẻ mã với bất kỳ ai.',
    warning: 'Nếu bạn không yêu cầu mã này, hãy bỏ qua email này.',
    minute: { other: '# phút' },
    second: { other: '# giây' },
  },
} as const satisfies Record<string, LanguageTexts>
