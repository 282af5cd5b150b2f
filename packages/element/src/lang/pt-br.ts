// Generated from src/front/pages/texts/ by npm run generate: do not edit.

import type { Texts } from '../texts.ts'

export default {
  "code": "Código",
  "app": "Digite o código do seu aplicativo de autenticação.",
  "trying": "Seu código está sendo enviado para {{to}}.",
  "sent": "Seu código foi enviado para {{to}}.",
  "delivered": "Seu código chegou a {{to}}.",
  "failed": "Não foi possível entregar seu código a {{to}}.",
  "go": "Continuar",
  "again": "Enviar o código de novo",
  "againIn": "possível em {{time}}",
  "instead": "Enviar de outra forma: {{channel}}",
  "email": "e-mail",
  "voice": "ligação",
  "resent": "O mesmo código foi enviado de novo.",
  "approved": "O código estava certo.",
  "wrong": "Esse não é o código. Confira e tente de novo.",
  "left": "Tentativas restantes: {{count}}",
  "shape": "O código tem {{count}} dígitos.",
  "wait": "Aguarde {{time}} e tente de novo.",
  "busy": "Não está funcionando agora. Tente de novo em instantes.",
  "spent": "Não restam tentativas.",
  "expired": "O código expirou.",
  "canceled": "Esta solicitação foi cancelada.",
  "taken": "Esta página já está aberta em outro navegador.",
  "restart": "Comece de novo onde você iniciou.",
  "offline": "Sem conexão."
} satisfies Texts as Texts
