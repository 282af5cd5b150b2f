// Generated from src/front/pages/texts/ by npm run generate: do not edit.

import type { Texts } from '../texts.ts'

export default {
  "code": "Kode",
  "app": "Indtast koden fra din godkendelsesapp.",
  "trying": "Din kode er ved at blive sendt til {{to}}.",
  "sent": "Din kode er sendt til {{to}}.",
  "delivered": "Din kode er nået frem til {{to}}.",
  "failed": "Din kode kunne ikke leveres til {{to}}.",
  "go": "Fortsæt",
  "again": "Send koden igen",
  "againIn": "muligt om {{time}}",
  "instead": "Send på en anden måde: {{channel}}",
  "email": "e-mail",
  "voice": "opkald",
  "resent": "Den samme kode er sendt igen.",
  "approved": "Koden var rigtig.",
  "wrong": "Det er ikke koden. Tjek den, og prøv igen.",
  "left": "Forsøg tilbage: {{count}}",
  "shape": "Antal cifre i koden: {{count}}",
  "wait": "Vent {{time}}, og prøv så igen.",
  "busy": "Det virker ikke lige nu. Prøv igen om lidt.",
  "spent": "Der er ingen forsøg tilbage.",
  "expired": "Koden er udløbet.",
  "canceled": "Anmodningen blev annulleret.",
  "taken": "Siden er allerede åben i en anden browser.",
  "restart": "Start forfra dér, hvor du begyndte.",
  "offline": "Ingen forbindelse."
} satisfies Texts as Texts
