// Generated from src/front/pages/texts/ by npm run generate: do not edit.

import type { Texts } from '../texts.ts'

export default {
  "code": "Kód",
  "app": "Adja meg a hitelesítő alkalmazásban látható kódot.",
  "trying": "A kód küldése folyamatban van ide: {{to}}.",
  "sent": "A kódot elküldtük ide: {{to}}.",
  "delivered": "A kód megérkezett ide: {{to}}.",
  "failed": "A kódot nem sikerült kézbesíteni ide: {{to}}.",
  "go": "Tovább",
  "again": "Kód küldése újra",
  "againIn": "lehetséges ennyi idő múlva: {{time}}",
  "instead": "Küldés más módon: {{channel}}",
  "email": "e-mail",
  "voice": "hívás",
  "resent": "Ugyanazt a kódot újra elküldtük.",
  "approved": "A kód helyes volt.",
  "wrong": "Ez nem a kód. Ellenőrizze, és próbálja újra.",
  "left": "Hátralévő próbálkozások: {{count}}",
  "shape": "A kód számjegyeinek száma: {{count}}",
  "wait": "Várjon ennyi ideig: {{time}}, majd próbálja újra.",
  "busy": "Ez most nem működik. Próbálja újra kis idő múlva.",
  "spent": "Nincs több próbálkozás.",
  "expired": "A kód lejárt.",
  "canceled": "Ezt a kérést visszavonták.",
  "taken": "Ez az oldal már meg van nyitva egy másik böngészőben.",
  "restart": "Kezdje újra ott, ahol elindította.",
  "offline": "Nincs kapcsolat."
} satisfies Texts as Texts
