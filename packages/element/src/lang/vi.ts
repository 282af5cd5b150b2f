// Generated from src/front/pages/texts/ by npm run generate: do not edit.

import type { Texts } from '../texts.ts'

export default {
  "code": "Mã",
  "app": "Nhập mã từ ứng dụng xác thực của bạn.",
  "trying": "Mã của bạn đang được gửi đến {{to}}.",
  "sent": "Mã của bạn đã được gửi đến {{to}}.",
  "delivered": "Mã của bạn đã đến {{to}}.",
  "failed": "Không thể chuyển mã của bạn đến {{to}}.",
  "go": "Tiếp tục",
  "again": "Gửi lại mã",
  "againIn": "có thể sau {{time}}",
  "instead": "Gửi bằng cách khác: {{channel}}",
  "email": "email",
  "voice": "cuộc gọi",
  "resent": "Mã cũ đã được gửi lại.",
  "approved": "Mã đúng.",
  "wrong": "Mã không đúng. Hãy kiểm tra và thử lại.",
  "left": "Số lần thử còn lại: {{count}}",
  "shape": "Mã gồm {{count}} chữ số.",
  "wait": "Hãy chờ {{time}} rồi thử lại.",
  "busy": "Hiện chưa thực hiện được. Hãy thử lại sau giây lát.",
  "spent": "Đã hết số lần thử.",
  "expired": "Mã đã hết hạn.",
  "canceled": "Yêu cầu này đã bị hủy.",
  "taken": "Trang này đang được mở trong một trình duyệt khác.",
  "restart": "Hãy bắt đầu lại từ nơi bạn đã bắt đầu.",
  "offline": "Không có kết nối."
} satisfies Texts as Texts
