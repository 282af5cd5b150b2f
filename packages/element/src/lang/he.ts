// Generated from src/front/pages/texts/ by npm run generate: do not edit.

import type { Texts } from '../texts.ts'

export default {
  "dir": "rtl",
  "code": "קוד",
  "app": "יש להזין את הקוד מאפליקציית האימות.",
  "trying": "הקוד שלך נשלח כעת אל {{to}}.",
  "sent": "הקוד שלך נשלח אל {{to}}.",
  "delivered": "הקוד שלך הגיע אל {{to}}.",
  "failed": "לא ניתן היה למסור את הקוד שלך אל {{to}}.",
  "go": "המשך",
  "again": "שליחת הקוד שוב",
  "againIn": "אפשרי בעוד {{time}}",
  "instead": "שליחה בדרך אחרת: {{channel}}",
  "email": "דוא״ל",
  "voice": "שיחת טלפון",
  "resent": "אותו הקוד נשלח שוב.",
  "approved": "הקוד היה נכון.",
  "wrong": "זה לא הקוד. יש לבדוק אותו ולנסות שוב.",
  "left": "ניסיונות שנותרו: {{count}}",
  "shape": "מספר הספרות בקוד: {{count}}",
  "wait": "יש להמתין {{time}} ואז לנסות שוב.",
  "busy": "זה לא פועל כרגע. יש לנסות שוב בעוד רגע.",
  "spent": "לא נותרו ניסיונות.",
  "expired": "תוקף הקוד פג.",
  "canceled": "הבקשה הזו בוטלה.",
  "taken": "הדף הזה כבר פתוח בדפדפן אחר.",
  "restart": "יש להתחיל מחדש במקום שבו התחלת.",
  "offline": "אין חיבור."
} satisfies Texts as Texts
