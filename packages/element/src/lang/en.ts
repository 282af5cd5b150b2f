// Generated from src/front/pages/texts/ by npm run generate: do not edit.

import type { Texts } from '../texts.ts'

export default {
  "code": "Code",
  "app": "Enter the code from your authenticator app.",
  "trying": "Your code is being sent to {{to}}.",
  "sent": "Your code was sent to {{to}}.",
  "delivered": "Your code has arrived at {{to}}.",
  "failed": "Your code could not be delivered to {{to}}.",
  "go": "Continue",
  "again": "Send the code again",
  "againIn": "possible in {{time}}",
  "instead": "Send it another way: {{channel}}",
  "email": "e-mail",
  "voice": "phone call",
  "resent": "The same code was sent again.",
  "approved": "The code was right.",
  "wrong": "That is not the code. Check it and try again.",
  "left": "Attempts left: {{count}}",
  "shape": "The code has {{count}} digits.",
  "wait": "Wait {{time}}, then try again.",
  "busy": "This does not work right now. Try again in a moment.",
  "spent": "No attempts are left.",
  "expired": "The code has expired.",
  "canceled": "This request was canceled.",
  "taken": "This page is already open in another browser.",
  "restart": "Start again where you began.",
  "offline": "No connection."
} satisfies Texts as Texts
