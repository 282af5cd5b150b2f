// The texts in Bengali, Hindi and Thai, in UCS-2.

import type { LanguageTexts } from '../language-texts.ts'

export const SOUTH_ASIAN = {
  bn: {
    sms: [
      '{{code}} আপনার {{brand}} কোড। মেয়াদ {{short}}। কাউকে জানাবেন না।',
      '{{code}} আপনার {{brand}} কোড।',
      '{{code}} {{brand}} কোড',
    ],
    subject: 'আপনার {{brand}} কোড',
    subjectWithCode: 'আপনার {{brand}} কোড: {{code}}',
    intro: 'আপনার {{brand}} কোড হলো:',
    validity: 'এটি {{validity}} পর্যন্ত কার্যকর। এটি কখনোই কাউকে জানাবেন না।',
    warning: 'আপনি এটি না চেয়ে থাকলে এই বার্তাটি উপেক্ষা করুন।',
    link: 'অথবা যে ব্রাউজারে শুরু করেছিলেন, সেখানে এই লিংকটি খুলুন:',
    minute: { other: '# মিনিট' },
    second: { other: '# সেকেন্ড' },
  },
  hi: {
    sms: [
      '{{code}} आपका {{brand}} कोड है। {{short}} तक मान्य। किसी को न बताएँ।',
      '{{code}} आपका {{brand}} कोड है।',
      '{{code}} {{brand}} कोड',
    ],
    subject: 'आपका {{brand}} कोड',
    subjectWithCode: 'आपका {{brand}} कोड: {{code}}',
    intro: 'आपका {{brand}} कोड है:',
    validity: 'यह {{validity}} तक मान्य है। इसे कभी किसी को न बताएँ।',
    warning: 'अगर आपने इसका अनुरोध नहीं किया है, तो इस संदेश को अनदेखा कर दें।',
    link: 'या जिस ब्राउज़र में आपने शुरू किया था, उसी में यह लिंक खोलें:',
    minute: { other: '# मिनट' },
    second: { other: '# सेकंड' },
  },
  th: {
    sms: [
      '{{code}} คือรหัส {{brand}} ของคุณ ใช้ได้ {{short}} ห้ามบอกผู้อื่น',
      '{{code}} คือรหัส {{brand}} ของคุณ',
      '{{code}} รหัส {{brand}}',
    ],
    subject: 'รหัส {{brand}} ของคุณ',
    subjectWithCode: 'รหัส {{brand}} ของคุณ: {{code}}',
    intro: 'รหัส {{brand}} ของคุณคือ:',
    validity: 'รหัสนี้ใช้ได้ {{validity}} ห้ามบอกรหัสนี้กับผู้ใด',
    warning: 'หากคุณไม่ได้ขอรหัสนี้ โปรดเพิกเฉยต่อข้อความนี้',
    link: 'หรือเปิดลิงก์นี้ในเบราว์เซอร์ที่คุณเริ่มต้นไว้:',
    minute: { other: '# นาที' },
    second: { other: '# วินาที' },
  },
} as const satisfies Record<string, LanguageTexts>
