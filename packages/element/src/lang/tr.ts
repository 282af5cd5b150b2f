// Generated from src/front/pages/texts/ by npm run generate: do not edit.

import type { Texts } from '../texts.ts'

export default {
  "code": "Kod",
  "app": "Kimlik doğrulama uygulamanızdaki kodu girin.",
  "trying": "Kodunuz şu adrese gönderiliyor: {{to}}.",
  "sent": "Kodunuz şu adrese gönderildi: {{to}}.",
  "delivered": "Kodunuz şu adrese ulaştı: {{to}}.",
  "failed": "Kodunuz şu adrese ulaştırılamadı: {{to}}.",
  "go": "Devam",
  "again": "Kodu yeniden gönder",
  "againIn": "kalan süre: {{time}}",
  "instead": "Başka bir yolla gönder: {{channel}}",
  "email": "e-posta",
  "voice": "telefon araması",
  "resent": "Aynı kod yeniden gönderildi.",
  "approved": "Kod doğruydu.",
  "wrong": "Kod bu değil. Kontrol edip yeniden deneyin.",
  "left": "Kalan deneme: {{count}}",
  "shape": "Kod {{count}} haneden oluşur.",
  "wait": "{{time}} bekleyin, sonra yeniden deneyin.",
  "busy": "Şu anda çalışmıyor. Birazdan yeniden deneyin.",
  "spent": "Deneme hakkı kalmadı.",
  "expired": "Kodun süresi doldu.",
  "canceled": "Bu istek iptal edildi.",
  "taken": "Bu sayfa başka bir tarayıcıda zaten açık.",
  "restart": "Başladığınız yerden yeniden başlayın.",
  "offline": "Bağlantı yok."
} satisfies Texts as Texts
