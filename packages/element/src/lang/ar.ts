// Generated from src/front/pages/texts/ by npm run generate: do not edit.

import type { Texts } from '../texts.ts'

export default {
  "dir": "rtl",
  "code": "الرمز",
  "app": "أدخل الرمز الظاهر في تطبيق المصادقة.",
  "trying": "يجري إرسال رمزك إلى {{to}}.",
  "sent": "أُرسل رمزك إلى {{to}}.",
  "delivered": "وصل رمزك إلى {{to}}.",
  "failed": "تعذّر تسليم رمزك إلى {{to}}.",
  "go": "متابعة",
  "again": "إرسال الرمز مرة أخرى",
  "againIn": "ممكن بعد {{time}}",
  "instead": "الإرسال بطريقة أخرى: {{channel}}",
  "email": "البريد الإلكتروني",
  "voice": "مكالمة هاتفية",
  "resent": "أُرسل الرمز نفسه مرة أخرى.",
  "approved": "الرمز صحيح.",
  "wrong": "هذا ليس الرمز. تحقق منه وحاول مرة أخرى.",
  "left": "المحاولات المتبقية: {{count}}",
  "shape": "عدد أرقام الرمز: {{count}}",
  "wait": "انتظر {{time}} ثم حاول مرة أخرى.",
  "busy": "هذا لا يعمل الآن. حاول مرة أخرى بعد قليل.",
  "spent": "لم تبق أي محاولات.",
  "expired": "انتهت صلاحية الرمز.",
  "canceled": "أُلغي هذا الطلب.",
  "taken": "هذه الصفحة مفتوحة بالفعل في متصفح آخر.",
  "restart": "ابدأ من جديد من حيث بدأت.",
  "offline": "لا يوجد اتصال."
} satisfies Texts as Texts
