// Generated from src/front/pages/texts/ by npm run generate: do not edit.

import type { Texts } from '../texts.ts'

export default {
  "code": "验证码",
  "app": "请输入身份验证应用中显示的验证码。",
  "trying": "正在将验证码发送至 {{to}}。",
  "sent": "验证码已发送至 {{to}}。",
  "delivered": "验证码已送达 {{to}}。",
  "failed": "验证码无法送达 {{to}}。",
  "go": "继续",
  "again": "重新发送验证码",
  "againIn": "{{time}} 后可用",
  "instead": "用其他方式发送：{{channel}}",
  "email": "电子邮件",
  "voice": "电话",
  "resent": "已重新发送同一验证码。",
  "approved": "验证码正确。",
  "wrong": "验证码不正确。请核对后重试。",
  "left": "剩余尝试次数：{{count}}",
  "shape": "验证码为 {{count}} 位数字。",
  "wait": "请等待 {{time}} 后重试。",
  "busy": "暂时无法使用。请稍后重试。",
  "spent": "没有剩余的尝试次数。",
  "expired": "验证码已过期。",
  "canceled": "此请求已取消。",
  "taken": "此页面已在另一个浏览器中打开。",
  "restart": "请回到最初的页面重新开始。",
  "offline": "无网络连接。"
} satisfies Texts as Texts
