// Generated from src/front/pages/texts/ by npm run generate: do not edit.

import type { Texts } from '../texts.ts'

export default {
  "code": "Código",
  "app": "Introduce el código de tu aplicación de autenticación.",
  "trying": "Tu código se está enviando a {{to}}.",
  "sent": "Tu código se ha enviado a {{to}}.",
  "delivered": "Tu código ha llegado a {{to}}.",
  "failed": "No se ha podido entregar tu código a {{to}}.",
  "go": "Continuar",
  "again": "Enviar el código otra vez",
  "againIn": "posible en {{time}}",
  "instead": "Enviar de otra forma: {{channel}}",
  "email": "correo electrónico",
  "voice": "llamada",
  "resent": "Se ha enviado otra vez el mismo código.",
  "approved": "El código era correcto.",
  "wrong": "Ese no es el código. Compruébalo e inténtalo de nuevo.",
  "left": "Intentos restantes: {{count}}",
  "shape": "El código tiene {{count}} cifras.",
  "wait": "Espera {{time}} e inténtalo de nuevo.",
  "busy": "Ahora mismo no funciona. Inténtalo de nuevo en un momento.",
  "spent": "No quedan intentos.",
  "expired": "El código ha caducado.",
  "canceled": "Esta solicitud se ha cancelado.",
  "taken": "Esta página ya está abierta en otro navegador.",
  "restart": "Vuelve a empezar donde comenzaste.",
  "offline": "Sin conexión."
} satisfies Texts as Texts
