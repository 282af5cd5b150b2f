// The texts in Arabic, Hebrew and Persian, in UCS-2. Rendering isolates the code and a foreign name; the data holds no marks.

import type { LanguageTexts } from '../language-texts.ts'

export const RIGHT_TO_LEFT = {
  ar: {
    sms: [
      '{{code}} هو رمزك في {{brand}} وينتهي بعد {{short}}. لا تشاركه.',
      '{{code}} هو رمزك في {{brand}}',
      '{{code}} رمز {{brand}}',
    ],
    subject: 'رمزك في {{brand}}',
    subjectWithCode: 'رمزك في {{brand}} هو: {{code}}',
    intro: 'رمزك في {{brand}} هو:',
    validity: 'هذا الرمز صالح لمدة {{validity}}. لا تشاركه مع أي شخص.',
    warning: 'إذا لم تطلب هذا الرمز فيمكنك تجاهل هذه الرسالة.',
    link: 'أو افتح هذا الرابط في المتصفح الذي بدأت فيه:',
    minute: {
      one: 'دقيقة واحدة',
      two: 'دقيقتين',
      few: '# دقائق',
      many: '# دقيقة',
      other: '# دقيقة',
    },
    second: {
      one: 'ثانية واحدة',
      two: 'ثانيتين',
      few: '# ثوانٍ',
      many: '# ثانية',
      other: '# ثانية',
    },
    short: { minute: '# د', second: '# ث' },
  },
  fa: {
    sms: [
      '{{code}} کد شما در {{brand}} است. اعتبار: {{short}}. به کسی ندهید.',
      '{{code}} کد شما در {{brand}} است.',
      '{{code}} کد {{brand}}',
    ],
    subject: 'کد شما در {{brand}}',
    subjectWithCode: 'کد شما در {{brand}}: {{code}}',
    intro: 'کد شما در {{brand}}:',
    validity: 'این کد {{validity}} اعتبار دارد. هرگز آن را به کسی ندهید.',
    warning: 'اگر شما این کد را نخواسته\u200cاید، این پیام را نادیده بگیرید.',
    link: 'یا این پیوند را در همان مرورگری باز کنید که در آن شروع کردید:',
    minute: { other: '# دقیقه' },
    second: { other: '# ثانیه' },
  },
  he: {
    sms: [
      '{{code}} הוא הקוד שלך עבור {{brand}}, תקף ל-{{short}}. אין לשתף.',
      '{{code}} הוא הקוד שלך עבור {{brand}}',
      '{{code}} קוד {{brand}}',
    ],
    subject: 'הקוד שלך עבור {{brand}}',
    subjectWithCode: 'הקוד שלך עבור {{brand}} הוא: {{code}}',
    intro: 'הקוד שלך עבור {{brand}} הוא:',
    validity: 'הקוד תקף למשך {{validity}}. אין לשתף אותו עם איש.',
    warning: 'אם לא ביקשת קוד, אפשר להתעלם מההודעה.',
    link: 'אפשר גם לפתוח את הקישור הזה בדפדפן שבו התחלת:',
    minute: { one: 'דקה אחת', two: 'שתי דקות', other: '# דקות' },
    second: { one: 'שנייה אחת', two: 'שתי שניות', other: '# שניות' },
    short: { minute: '# דק׳', second: '# שנ׳' },
  },
} as const satisfies Record<string, LanguageTexts>
