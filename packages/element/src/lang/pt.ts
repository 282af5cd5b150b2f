// Generated from src/front/pages/texts/ by npm run generate: do not edit.

import type { Texts } from '../texts.ts'

export default {
  "code": "Código",
  "app": "Introduza o código da sua aplicação de autenticação.",
  "trying": "O seu código está a ser enviado para {{to}}.",
  "sent": "O seu código foi enviado para {{to}}.",
  "delivered": "O seu código chegou a {{to}}.",
  "failed": "Não foi possível entregar o seu código a {{to}}.",
  "go": "Continuar",
  "again": "Enviar o código novamente",
  "againIn": "possível em {{time}}",
  "instead": "Enviar de outra forma: {{channel}}",
  "email": "e-mail",
  "voice": "chamada",
  "resent": "O mesmo código foi enviado novamente.",
  "approved": "O código estava certo.",
  "wrong": "Esse não é o código. Verifique-o e tente novamente.",
  "left": "Tentativas restantes: {{count}}",
  "shape": "O código tem {{count}} algarismos.",
  "wait": "Aguarde {{time}} e tente novamente.",
  "busy": "De momento não funciona. Tente novamente dentro de instantes.",
  "spent": "Não restam tentativas.",
  "expired": "O código expirou.",
  "canceled": "Este pedido foi cancelado.",
  "taken": "Esta página já está aberta noutro navegador.",
  "restart": "Comece de novo onde iniciou.",
  "offline": "Sem ligação."
} satisfies Texts as Texts
