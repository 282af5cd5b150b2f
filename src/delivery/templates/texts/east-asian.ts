// The texts in Chinese (both scripts), Japanese and Korean, in UCS-2.

import type { LanguageTexts } from '../language-texts.ts'

export const EAST_ASIAN = {
  ja: {
    sms: [
      '{{code}} は{{brand}}の認証コードです。{{short}}間有効。他人に教えないでください。',
      '{{code}} は{{brand}}の認証コードです。',
      '{{code}} {{brand}} 認証コード',
    ],
    subject: '{{brand}}の認証コード',
    subjectWithCode: '{{brand}}の認証コード: {{code}}',
    intro: '{{brand}}の認証コード:',
    validity: '有効期限は{{validity}}です。誰にも教えないでください。',
    warning: 'お心当たりがない場合は、このメッセージを無視してください。',
    link: 'または、手続きを始めたブラウザでこのリンクを開いてください:',
    minute: { other: '#分' },
    second: { other: '#秒' },
  },
  ko: {
    sms: [
      '{{code}} {{brand}} 인증번호입니다. {{short}} 동안 유효합니다. 타인에게 알려주지 마세요.',
      '{{code}} {{brand}} 인증번호입니다.',
      '{{code}} {{brand}} 인증번호',
    ],
    subject: '{{brand}} 인증번호',
    subjectWithCode: '{{brand}} 인증번호: {{code}}',
    intro: '{{brand}} 인증번호:',
    validity: '{{validity}} 동안 유효합니다. 다른 사람에게 절대 알려주지 마세요.',
    warning: '요청하신 적이 없다면 이 메시지를 무시하셔도 됩니다.',
    link: '또는 처음 시작한 브라우저에서 이 링크를 여세요:',
    minute: { other: '#분' },
    second: { other: '#초' },
  },
  'zh-Hans': {
    sms: [
      '{{code}} 是您的{{brand}}验证码，{{short}}内有效，请勿告知他人。',
      '{{code}} 是您的{{brand}}验证码。',
      '{{code}} {{brand}} 验证码',
    ],
    subject: '您的{{brand}}验证码',
    subjectWithCode: '您的{{brand}}验证码：{{code}}',
    intro: '您的{{brand}}验证码：',
    validity: '{{validity}}内有效。请勿告知任何人。',
    warning: '如果不是您本人请求的，请忽略此消息。',
    link: '或在您开始操作的浏览器中打开此链接：',
    minute: { other: '#分钟' },
    second: { other: '#秒' },
  },
  'zh-Hant': {
    sms: [
      '{{code}} 是您的{{brand}}驗證碼，{{short}}內有效，請勿告知他人。',
      '{{code}} 是您的{{brand}}驗證碼。',
      '{{code}} {{brand}} 驗證碼',
    ],
    subject: '您的{{brand}}驗證碼',
    subjectWithCode: '您的{{brand}}驗證碼：{{code}}',
    intro: '您的{{brand}}驗證碼：',
    validity: '{{validity}}內有效。請勿告知任何人。',
    warning: '如果這不是您本人提出的請求，請忽略此訊息。',
    link: '或在您開始操作的瀏覽器中開啟此連結：',
    minute: { other: '#分鐘' },
    second: { other: '#秒' },
  },
} as const satisfies Record<string, LanguageTexts>
