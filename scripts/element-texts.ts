// The element's languages, from the texts of the hosted page: a file for each, which only its readers load.
// It must not hold a text that the page has.

import { PAGE_TEXTS } from '../src/front/pages/words.ts'
import { directionOf } from '../src/kernel/language-tag.ts'

const FOLDER = 'packages/element/src/lang'

const SHARED = [
  ...['code', 'app', 'trying', 'sent', 'delivered', 'failed', 'go', 'again', 'againIn', 'instead'],
  ...['email', 'voice', 'resent', 'approved', 'wrong', 'left', 'shape', 'wait', 'busy', 'spent'],
  ...['expired', 'canceled', 'taken', 'restart'],
] as const

/** The page itself cannot say this: without a connection there is no page. */
const OFFLINE: Readonly<Record<string, string>> = {
  ar: 'لا يوجد اتصال.',
  bg: 'Няма връзка.',
  bn: 'কোনো সংযোগ নেই।',
  cs: 'Žádné připojení.',
  da: 'Ingen forbindelse.',
  de: 'Keine Verbindung.',
  el: 'Δεν υπάρχει σύνδεση.',
  en: 'No connection.',
  es: 'Sin conexión.',
  fa: 'اتصال برقرار نیست.',
  fi: 'Ei yhteyttä.',
  fr: 'Aucune connexion.',
  he: 'אין חיבור.',
  hi: 'कोई कनेक्शन नहीं है।',
  hu: 'Nincs kapcsolat.',
  id: 'Tidak ada koneksi.',
  it: 'Nessuna connessione.',
  ja: '接続できません。',
  ko: '연결되어 있지 않습니다.',
  nb: 'Ingen forbindelse.',
  nl: 'Geen verbinding.',
  pl: 'Brak połączenia.',
  pt: 'Sem ligação.',
  'pt-BR': 'Sem conexão.',
  ro: 'Nicio conexiune.',
  ru: 'Нет соединения.',
  sv: 'Ingen anslutning.',
  th: 'ไม่มีการเชื่อมต่อ',
  tr: 'Bağlantı yok.',
  uk: 'Немає з’єднання.',
  vi: 'Không có kết nối.',
  'zh-Hans': '无网络连接。',
  'zh-Hant': '沒有網路連線。',
}

function moduleOf(tag: string): string {
  const page: Readonly<Record<string, string>> = PAGE_TEXTS[tag] ?? {}
  const texts = {
    ...(directionOf(tag) === 'rtl' && { dir: 'rtl' }),
    ...Object.fromEntries(SHARED.map((name) => [name, page[name]])),
    offline: OFFLINE[tag],
  }
  return `// Generated from src/front/pages/texts/ by npm run generate: do not edit.

import type { Texts } from '../texts.ts'

export default ${JSON.stringify(texts, null, 2)} satisfies Texts as Texts
`
}

/** Files, and what each should hold. */
export function elementTexts(): [file: string, content: string][] {
  return Object.keys(PAGE_TEXTS).map((tag) => [`${FOLDER}/${tag.toLowerCase()}.ts`, moduleOf(tag)])
}
