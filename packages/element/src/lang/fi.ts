// Generated from src/front/pages/texts/ by npm run generate: do not edit.

import type { Texts } from '../texts.ts'

export default {
  "code": "Koodi",
  "app": "Anna todennussovelluksesi näyttämä koodi.",
  "trying": "Koodiasi lähetetään: {{to}}.",
  "sent": "Koodisi on lähetetty: {{to}}.",
  "delivered": "Koodisi on saapunut perille: {{to}}.",
  "failed": "Koodiasi ei voitu toimittaa perille: {{to}}.",
  "go": "Jatka",
  "again": "Lähetä koodi uudelleen",
  "againIn": "mahdollista, kun on kulunut {{time}}",
  "instead": "Lähetä toisella tavalla: {{channel}}",
  "email": "sähköposti",
  "voice": "puhelu",
  "resent": "Sama koodi on lähetetty uudelleen.",
  "approved": "Koodi oli oikea.",
  "wrong": "Koodi ei ole oikea. Tarkista se ja yritä uudelleen.",
  "left": "Yrityksiä jäljellä: {{count}}",
  "shape": "Koodin numeroiden määrä: {{count}}",
  "wait": "Odota {{time}} ja yritä sitten uudelleen.",
  "busy": "Tämä ei toimi juuri nyt. Yritä hetken kuluttua uudelleen.",
  "spent": "Yrityksiä ei ole jäljellä.",
  "expired": "Koodi on vanhentunut.",
  "canceled": "Tämä pyyntö on peruttu.",
  "taken": "Tämä sivu on jo avoinna toisessa selaimessa.",
  "restart": "Aloita uudelleen siitä, mistä lähdit.",
  "offline": "Ei yhteyttä."
} satisfies Texts as Texts
