// Generated from src/front/pages/texts/ by npm run generate: do not edit.

import type { Texts } from '../texts.ts'

export default {
  "code": "Kod",
  "app": "Wpisz kod z aplikacji uwierzytelniającej.",
  "trying": "Kod jest wysyłany na {{to}}.",
  "sent": "Kod został wysłany na {{to}}.",
  "delivered": "Kod dotarł na {{to}}.",
  "failed": "Nie udało się dostarczyć kodu na {{to}}.",
  "go": "Dalej",
  "again": "Wyślij kod ponownie",
  "againIn": "możliwe za {{time}}",
  "instead": "Wyślij inaczej: {{channel}}",
  "email": "e-mail",
  "voice": "połączenie",
  "resent": "Ten sam kod został wysłany ponownie.",
  "approved": "Kod jest poprawny.",
  "wrong": "To nie jest ten kod. Sprawdź go i spróbuj ponownie.",
  "left": "Pozostałe próby: {{count}}",
  "shape": "Liczba cyfr w kodzie: {{count}}",
  "wait": "Poczekaj {{time}} i spróbuj ponownie.",
  "busy": "To teraz nie działa. Spróbuj ponownie za chwilę.",
  "spent": "Nie ma już więcej prób.",
  "expired": "Kod stracił ważność.",
  "canceled": "To żądanie zostało anulowane.",
  "taken": "Ta strona jest już otwarta w innej przeglądarce.",
  "restart": "Zacznij ponownie od początku.",
  "offline": "Brak połączenia."
} satisfies Texts as Texts
