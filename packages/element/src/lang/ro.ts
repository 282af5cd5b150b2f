// Generated from src/front/pages/texts/ by npm run generate: do not edit.

import type { Texts } from '../texts.ts'

export default {
  "code": "Cod",
  "app": "Introdu codul din aplicația ta de autentificare.",
  "trying": "Codul tău este în curs de trimitere către {{to}}.",
  "sent": "Codul tău a fost trimis către {{to}}.",
  "delivered": "Codul tău a ajuns la {{to}}.",
  "failed": "Codul tău nu a putut fi livrat către {{to}}.",
  "go": "Continuă",
  "again": "Trimite codul din nou",
  "againIn": "posibil în {{time}}",
  "instead": "Trimite altfel: {{channel}}",
  "email": "e-mail",
  "voice": "apel",
  "resent": "Același cod a fost trimis din nou.",
  "approved": "Codul a fost corect.",
  "wrong": "Acesta nu este codul. Verifică-l și încearcă din nou.",
  "left": "Încercări rămase: {{count}}",
  "shape": "Codul are {{count}} cifre.",
  "wait": "Așteaptă {{time}}, apoi încearcă din nou.",
  "busy": "Acum nu funcționează. Încearcă din nou peste puțin timp.",
  "spent": "Nu mai sunt încercări.",
  "expired": "Codul a expirat.",
  "canceled": "Această cerere a fost anulată.",
  "taken": "Această pagină este deja deschisă în alt browser.",
  "restart": "Ia-o de la capăt de unde ai început.",
  "offline": "Nicio conexiune."
} satisfies Texts as Texts
