// The built-in texts, one entry for each language: plain data, without links or anything that a caller chose.

/**
 * `sms`: longest first; the first that fits into one segment is taken. Where the language allows, without letters that
 * GSM-7 lacks (3GPP TS 23.038 §6.2.1): one of them halves the room. `{{short}}` becomes `10 min` or `45 s`, `{{validity}}`
 * the same in full.
 */
export type LanguageTexts = {
  sms: readonly string[]
  /** Ends with the code: a mailbox's list shows it without opening the message. */
  subject: string
  /** Above the code, below it, and advice for people who did not ask for it. */
  intro: string
  validity: string
  warning: string
}

export const TEXTS = {
  en: {
    sms: [
      '{{code}} is your {{brand}} code. It expires in {{short}}. Never share it.',
      '{{code}} is your {{brand}} code.',
    ],
    subject: 'Your {{brand}} code: {{code}}',
    intro: 'Your code for {{brand}} is:',
    validity: 'It is valid for {{validity}}. Never share it with anyone.',
    warning: 'If you did not ask for it, you can ignore this message.',
  },
  de: {
    sms: [
      '{{code}} ist der Code für {{brand}}. Gültig für {{short}}. Nie weitergeben.',
      '{{code}} ist der Code für {{brand}}.',
    ],
    subject: 'Der Code für {{brand}}: {{code}}',
    intro: 'Der Code für {{brand}} lautet:',
    validity: 'Er gilt {{validity}}. Geben Sie ihn nie weiter.',
    warning: 'Wenn Sie ihn nicht angefordert haben, können Sie diese Nachricht ignorieren.',
  },
  fr: {
    sms: [
      '{{code}} est votre code {{brand}}. Il expire dans {{short}}. Ne le communiquez jamais.',
      '{{code}} est votre code {{brand}}.',
    ],
    subject: 'Votre code {{brand}} : {{code}}',
    intro: 'Votre code pour {{brand}} est :',
    validity: 'Il est valable {{validity}}. Ne le communiquez jamais à personne.',
    warning: 'Si vous ne l’avez pas demandé, vous pouvez ignorer ce message.',
  },
  es: {
    sms: [
      '{{code}} es tu clave de {{brand}}. Caduca en {{short}}. No la compartas nunca.',
      '{{code}} es tu clave de {{brand}}.',
    ],
    subject: 'Tu código de {{brand}}: {{code}}',
    intro: 'Tu código para {{brand}} es:',
    validity: 'Es válido durante {{validity}}. No lo compartas nunca con nadie.',
    warning: 'Si no lo has pedido, puedes ignorar este mensaje.',
  },
  it: {
    sms: [
      '{{code}} è il tuo codice {{brand}}. Scade tra {{short}}. Non condividerlo mai.',
      '{{code}} è il tuo codice {{brand}}.',
    ],
    subject: 'Il tuo codice {{brand}}: {{code}}',
    intro: 'Il tuo codice per {{brand}} è:',
    validity: 'È valido per {{validity}}. Non condividerlo mai con nessuno.',
    warning: 'Se non lo hai richiesto, puoi ignorare questo messaggio.',
  },
  pt: {
    sms: [
      '{{code}} é a sua chave de acesso {{brand}}. Expira em {{short}}. Nunca a revele.',
      '{{code}} é a sua chave {{brand}}.',
    ],
    subject: 'O seu código {{brand}}: {{code}}',
    intro: 'O seu código para {{brand}} é:',
    validity: 'É válido por {{validity}}. Nunca o revele a ninguém.',
    warning: 'Se não o pediu, pode ignorar esta mensagem.',
  },
  nl: {
    sms: [
      '{{code}} is je code voor {{brand}}. Deze verloopt over {{short}}. Deel hem nooit.',
      '{{code}} is je code voor {{brand}}.',
    ],
    subject: 'Je code voor {{brand}}: {{code}}',
    intro: 'Je code voor {{brand}} is:',
    validity: 'De code is {{validity}} geldig. Deel hem nooit met iemand.',
    warning: 'Heb je deze code niet aangevraagd? Dan kun je dit bericht negeren.',
  },
  pl: {
    sms: [
      '{{code}} to kod {{brand}}. Wygasa za {{short}}. Nigdy go nikomu nie podawaj.',
      '{{code}} to kod {{brand}}.',
    ],
    subject: 'Twój kod {{brand}}: {{code}}',
    intro: 'Twój kod do {{brand}}:',
    validity: 'Jest ważny przez {{validity}}. Nigdy go nikomu nie podawaj.',
    warning: 'Jeśli nie prosisz o kod, zignoruj tę wiadomość.',
  },
  tr: {
    sms: [
      '{{code}} {{brand}} kodunuz. {{short}} sonra biter. Kimseye vermeyin.',
      '{{code}} {{brand}} kodunuz.',
    ],
    subject: '{{brand}} kodunuz: {{code}}',
    intro: '{{brand}} için kodunuz:',
    validity: '{{validity}} geçerlidir. Hiç kimseyle paylaşmayın.',
    warning: 'Bu kodu siz istemediyseniz bu iletiyi yok sayabilirsiniz.',
  },
  ar: {
    sms: [
      '{{code}} هو رمزك في {{brand}} وينتهي خلال {{short}}. لا تشاركه.',
      '{{code}} هو رمزك في {{brand}}',
    ],
    subject: 'رمزك في {{brand}} هو: {{code}}',
    intro: 'رمزك في {{brand}} هو:',
    validity: 'هذا الرمز صالح لمدة {{validity}}. لا تشاركه مع أي شخص.',
    warning: 'إذا لم تطلب هذا الرمز فيمكنك تجاهل هذه الرسالة.',
  },
  he: {
    sms: [
      '{{code}} הוא הקוד שלך עבור {{brand}} ויפוג תוך {{short}}. אין לשתף.',
      '{{code}} הוא הקוד שלך עבור {{brand}}',
    ],
    subject: 'הקוד שלך עבור {{brand}} הוא: {{code}}',
    intro: 'הקוד שלך עבור {{brand}} הוא:',
    validity: 'הקוד תקף למשך {{validity}}. אין לשתף אותו עם איש.',
    warning: 'אם לא ביקשת קוד, אפשר להתעלם מההודעה.',
  },
  ja: {
    sms: [
      '{{code}} は{{brand}}の認証コードです。{{short}}間有効。他人に教えないでください。',
      '{{code}} は{{brand}}の認証コードです。',
      '{{code}} {{brand}} 認証コード',
    ],
    subject: '{{brand}}の認証コード: {{code}}',
    intro: '{{brand}}の認証コード:',
    validity: '有効期限は{{validity}}です。誰にも教えないでください。',
    warning: 'お心当たりがない場合は、このメッセージを無視してください。',
  },
  zh: {
    sms: [
      '{{code}} 是您的{{brand}}验证码，{{short}}内有效，请勿告知他人。',
      '{{code}} 是您的{{brand}}验证码。',
      '{{code}} {{brand}} 验证码',
    ],
    subject: '您的{{brand}}验证码：{{code}}',
    intro: '您的{{brand}}验证码：',
    validity: '{{validity}}内有效。请勿告知任何人。',
    warning: '如果不是您本人请求的，请忽略此消息。',
  },
  'zh-hant': {
    sms: [
      '{{code}} 是您的{{brand}}驗證碼，{{short}}內有效，請勿告知他人。',
      '{{code}} 是您的{{brand}}驗證碼。',
      '{{code}} {{brand}} 驗證碼',
    ],
    subject: '您的{{brand}}驗證碼：{{code}}',
    intro: '您的{{brand}}驗證碼：',
    validity: '{{validity}}內有效。請勿告知任何人。',
    warning: '如果不是您本人提出的，請忽略此訊息。',
  },
} as const satisfies Record<string, LanguageTexts>

export type Language = keyof typeof TEXTS
