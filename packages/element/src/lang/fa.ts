// Generated from src/front/pages/texts/ by npm run generate: do not edit.

import type { Texts } from '../texts.ts'

export default {
  "dir": "rtl",
  "code": "کد",
  "app": "کد برنامه احراز هویت خود را وارد کنید.",
  "trying": "کد شما در حال ارسال به {{to}} است.",
  "sent": "کد شما به {{to}} ارسال شد.",
  "delivered": "کد شما به {{to}} رسید.",
  "failed": "کد شما به {{to}} نرسید.",
  "go": "ادامه",
  "again": "ارسال دوباره کد",
  "againIn": "پس از {{time}} ممکن است",
  "instead": "ارسال به روش دیگر: {{channel}}",
  "email": "ایمیل",
  "voice": "تماس تلفنی",
  "resent": "همان کد دوباره ارسال شد.",
  "approved": "کد درست بود.",
  "wrong": "این کد درست نیست. آن را بررسی کنید و دوباره امتحان کنید.",
  "left": "تلاش‌های باقی‌مانده: {{count}}",
  "shape": "کد {{count}} رقم دارد.",
  "wait": "{{time}} صبر کنید و دوباره امتحان کنید.",
  "busy": "اکنون ممکن نیست. کمی بعد دوباره امتحان کنید.",
  "spent": "هیچ تلاشی باقی نمانده است.",
  "expired": "اعتبار کد تمام شده است.",
  "canceled": "این درخواست لغو شد.",
  "taken": "این صفحه در مرورگر دیگری باز است.",
  "restart": "از همان جایی که شروع کردید دوباره آغاز کنید.",
  "offline": "اتصال برقرار نیست."
} satisfies Texts as Texts
