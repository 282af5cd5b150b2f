// Generated from src/front/pages/texts/ by npm run generate: do not edit.

import type { Texts } from '../texts.ts'

export default {
  "code": "Kod",
  "app": "Ange koden från din autentiseringsapp.",
  "trying": "Din kod skickas till {{to}}.",
  "sent": "Din kod har skickats till {{to}}.",
  "delivered": "Din kod har kommit fram till {{to}}.",
  "failed": "Din kod kunde inte levereras till {{to}}.",
  "go": "Fortsätt",
  "again": "Skicka koden igen",
  "againIn": "möjligt om {{time}}",
  "instead": "Skicka på ett annat sätt: {{channel}}",
  "email": "e-post",
  "voice": "samtal",
  "resent": "Samma kod har skickats igen.",
  "approved": "Koden var rätt.",
  "wrong": "Det är inte koden. Kontrollera den och försök igen.",
  "left": "Försök kvar: {{count}}",
  "shape": "Antal siffror i koden: {{count}}",
  "wait": "Vänta {{time}} och försök sedan igen.",
  "busy": "Det fungerar inte just nu. Försök igen om en stund.",
  "spent": "Det finns inga försök kvar.",
  "expired": "Koden har gått ut.",
  "canceled": "Begäran avbröts.",
  "taken": "Den här sidan är redan öppen i en annan webbläsare.",
  "restart": "Börja om där du startade.",
  "offline": "Ingen anslutning."
} satisfies Texts as Texts
