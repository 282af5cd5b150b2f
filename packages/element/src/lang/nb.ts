// Generated from src/front/pages/texts/ by npm run generate: do not edit.

import type { Texts } from '../texts.ts'

export default {
  "code": "Kode",
  "app": "Skriv inn koden fra autentiseringsappen din.",
  "trying": "Koden din blir sendt til {{to}}.",
  "sent": "Koden din er sendt til {{to}}.",
  "delivered": "Koden din har kommet frem til {{to}}.",
  "failed": "Koden din kunne ikke leveres til {{to}}.",
  "go": "Fortsett",
  "again": "Send koden på nytt",
  "againIn": "mulig om {{time}}",
  "instead": "Send på en annen måte: {{channel}}",
  "email": "e-post",
  "voice": "oppringning",
  "resent": "Den samme koden er sendt på nytt.",
  "approved": "Koden var riktig.",
  "wrong": "Det er ikke koden. Sjekk den, og prøv på nytt.",
  "left": "Forsøk igjen: {{count}}",
  "shape": "Antall sifre i koden: {{count}}",
  "wait": "Vent {{time}}, og prøv så på nytt.",
  "busy": "Dette virker ikke akkurat nå. Prøv på nytt om litt.",
  "spent": "Det er ingen forsøk igjen.",
  "expired": "Koden er utløpt.",
  "canceled": "Forespørselen ble avbrutt.",
  "taken": "Denne siden er allerede åpen i en annen nettleser.",
  "restart": "Begynn på nytt der du startet.",
  "offline": "Ingen forbindelse."
} satisfies Texts as Texts
