// Generated from src/front/pages/texts/ by npm run generate: do not edit.

import type { Texts } from '../texts.ts'

export default {
  "code": "Code",
  "app": "Geben Sie den Code aus Ihrer Authenticator-App ein.",
  "trying": "Ihr Code wird gerade an {{to}} gesendet.",
  "sent": "Ihr Code wurde an {{to}} gesendet.",
  "delivered": "Ihr Code ist bei {{to}} angekommen.",
  "failed": "Ihr Code konnte nicht an {{to}} zugestellt werden.",
  "go": "Weiter",
  "again": "Code noch einmal senden",
  "againIn": "möglich in {{time}}",
  "instead": "Auf anderem Weg senden: {{channel}}",
  "email": "E-Mail",
  "voice": "Anruf",
  "resent": "Derselbe Code wurde noch einmal gesendet.",
  "approved": "Der Code war richtig.",
  "wrong": "Das ist nicht der Code. Prüfen Sie ihn und versuchen Sie es noch einmal.",
  "left": "Versuche übrig: {{count}}",
  "shape": "Der Code hat {{count}} Ziffern.",
  "wait": "Warten Sie {{time}} und versuchen Sie es dann noch einmal.",
  "busy": "Das geht gerade nicht. Versuchen Sie es gleich noch einmal.",
  "spent": "Es sind keine Versuche mehr übrig.",
  "expired": "Der Code ist abgelaufen.",
  "canceled": "Die Anfrage wurde abgebrochen.",
  "taken": "Diese Seite ist schon in einem anderen Browser geöffnet.",
  "restart": "Beginnen Sie noch einmal dort, wo Sie angefangen haben.",
  "offline": "Keine Verbindung."
} satisfies Texts as Texts
