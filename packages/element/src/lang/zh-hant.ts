// Generated from src/front/pages/texts/ by npm run generate: do not edit.

import type { Texts } from '../texts.ts'

export default {
  "code": "驗證碼",
  "app": "請輸入驗證應用程式中顯示的驗證碼。",
  "trying": "正在將驗證碼傳送至 {{to}}。",
  "sent": "驗證碼已傳送至 {{to}}。",
  "delivered": "驗證碼已送達 {{to}}。",
  "failed": "驗證碼無法送達 {{to}}。",
  "go": "繼續",
  "again": "重新傳送驗證碼",
  "againIn": "{{time}} 後可用",
  "instead": "用其他方式傳送：{{channel}}",
  "email": "電子郵件",
  "voice": "電話",
  "resent": "已重新傳送相同的驗證碼。",
  "approved": "驗證碼正確。",
  "wrong": "驗證碼不正確。請確認後再試一次。",
  "left": "剩餘嘗試次數：{{count}}",
  "shape": "驗證碼為 {{count}} 位數字。",
  "wait": "請等待 {{time}} 後再試一次。",
  "busy": "目前無法使用。請稍後再試一次。",
  "spent": "沒有剩餘的嘗試次數。",
  "expired": "驗證碼已過期。",
  "canceled": "此要求已取消。",
  "taken": "此頁面已在另一個瀏覽器中開啟。",
  "restart": "請回到最初的頁面重新開始。",
  "offline": "沒有網路連線。"
} satisfies Texts as Texts
