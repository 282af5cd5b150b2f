// Generated from src/front/pages/texts/ by npm run generate: do not edit.

import type { Texts } from '../texts.ts'

export default {
  "code": "Codice",
  "app": "Inserisci il codice della tua app di autenticazione.",
  "trying": "Il codice sta per essere inviato a {{to}}.",
  "sent": "Il codice è stato inviato a {{to}}.",
  "delivered": "Il codice è arrivato a {{to}}.",
  "failed": "Non è stato possibile consegnare il codice a {{to}}.",
  "go": "Continua",
  "again": "Invia di nuovo il codice",
  "againIn": "possibile tra {{time}}",
  "instead": "Invia in un altro modo: {{channel}}",
  "email": "e-mail",
  "voice": "chiamata",
  "resent": "Lo stesso codice è stato inviato di nuovo.",
  "approved": "Il codice era giusto.",
  "wrong": "Non è il codice giusto. Controllalo e riprova.",
  "left": "Tentativi rimasti: {{count}}",
  "shape": "Il codice ha {{count}} cifre.",
  "wait": "Attendi {{time}}, poi riprova.",
  "busy": "Al momento non funziona. Riprova tra poco.",
  "spent": "Non ci sono più tentativi.",
  "expired": "Il codice è scaduto.",
  "canceled": "Questa richiesta è stata annullata.",
  "taken": "Questa pagina è già aperta in un altro browser.",
  "restart": "Ricomincia da dove hai iniziato.",
  "offline": "Nessuna connessione."
} satisfies Texts as Texts
