// Generated from src/front/pages/texts/ by npm run generate: do not edit.

import type { Texts } from '../texts.ts'

export default {
  "code": "Code",
  "app": "Voer de code uit je authenticator-app in.",
  "trying": "Je code wordt verstuurd naar {{to}}.",
  "sent": "Je code is verstuurd naar {{to}}.",
  "delivered": "Je code is aangekomen bij {{to}}.",
  "failed": "Je code kon niet worden bezorgd bij {{to}}.",
  "go": "Verder",
  "again": "Code nog een keer versturen",
  "againIn": "mogelijk over {{time}}",
  "instead": "Op een andere manier versturen: {{channel}}",
  "email": "e-mail",
  "voice": "telefoontje",
  "resent": "Dezelfde code is nog een keer verstuurd.",
  "approved": "De code klopte.",
  "wrong": "Dat is niet de code. Controleer hem en probeer het opnieuw.",
  "left": "Pogingen over: {{count}}",
  "shape": "De code heeft {{count}} cijfers.",
  "wait": "Wacht {{time}} en probeer het dan opnieuw.",
  "busy": "Dit lukt nu niet. Probeer het zo meteen opnieuw.",
  "spent": "Er zijn geen pogingen meer over.",
  "expired": "De code is verlopen.",
  "canceled": "Dit verzoek is geannuleerd.",
  "taken": "Deze pagina is al open in een andere browser.",
  "restart": "Begin opnieuw waar je bent gestart.",
  "offline": "Geen verbinding."
} satisfies Texts as Texts
