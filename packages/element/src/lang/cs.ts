// Generated from src/front/pages/texts/ by npm run generate: do not edit.

import type { Texts } from '../texts.ts'

export default {
  "code": "Kód",
  "app": "Zadejte kód z ověřovací aplikace.",
  "trying": "Váš kód se odesílá na {{to}}.",
  "sent": "Váš kód byl odeslán na {{to}}.",
  "delivered": "Váš kód dorazil na {{to}}.",
  "failed": "Váš kód se nepodařilo doručit na {{to}}.",
  "go": "Pokračovat",
  "again": "Poslat kód znovu",
  "againIn": "možné za {{time}}",
  "instead": "Poslat jinak: {{channel}}",
  "email": "e-mail",
  "voice": "telefonát",
  "resent": "Stejný kód byl odeslán znovu.",
  "approved": "Kód byl správný.",
  "wrong": "To není ten kód. Zkontrolujte ho a zkuste to znovu.",
  "left": "Zbývající pokusy: {{count}}",
  "shape": "Počet číslic kódu: {{count}}",
  "wait": "Počkejte {{time}} a zkuste to znovu.",
  "busy": "Teď to nefunguje. Zkuste to za chvíli znovu.",
  "spent": "Nezbývají žádné pokusy.",
  "expired": "Platnost kódu vypršela.",
  "canceled": "Tento požadavek byl zrušen.",
  "taken": "Tato stránka je už otevřená v jiném prohlížeči.",
  "restart": "Začněte znovu tam, kde jste začali.",
  "offline": "Žádné připojení."
} satisfies Texts as Texts
