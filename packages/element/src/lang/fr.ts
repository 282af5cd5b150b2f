// Generated from src/front/pages/texts/ by npm run generate: do not edit.

import type { Texts } from '../texts.ts'

export default {
  "code": "Code",
  "app": "Saisissez le code de votre application d’authentification.",
  "trying": "Votre code est en cours d’envoi à {{to}}.",
  "sent": "Votre code a été envoyé à {{to}}.",
  "delivered": "Votre code est arrivé à {{to}}.",
  "failed": "Votre code n’a pas pu être remis à {{to}}.",
  "go": "Continuer",
  "again": "Renvoyer le code",
  "againIn": "possible dans {{time}}",
  "instead": "Envoyer autrement : {{channel}}",
  "email": "e-mail",
  "voice": "appel",
  "resent": "Le même code a été renvoyé.",
  "approved": "Le code était correct.",
  "wrong": "Ce n’est pas le bon code. Vérifiez-le et réessayez.",
  "left": "Essais restants : {{count}}",
  "shape": "Le code comporte {{count}} chiffres.",
  "wait": "Attendez {{time}}, puis réessayez.",
  "busy": "Cela ne fonctionne pas pour le moment. Réessayez dans un instant.",
  "spent": "Il ne reste plus d’essai.",
  "expired": "Le code a expiré.",
  "canceled": "Cette demande a été annulée.",
  "taken": "Cette page est déjà ouverte dans un autre navigateur.",
  "restart": "Recommencez là où vous avez débuté.",
  "offline": "Aucune connexion."
} satisfies Texts as Texts
