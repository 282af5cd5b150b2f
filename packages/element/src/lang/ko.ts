// Generated from src/front/pages/texts/ by npm run generate: do not edit.

import type { Texts } from '../texts.ts'

export default {
  "code": "인증번호",
  "app": "인증 앱에 표시된 번호를 입력하세요.",
  "trying": "{{to}} 로 인증번호를 보내는 중입니다.",
  "sent": "{{to}} 로 인증번호를 보냈습니다.",
  "delivered": "인증번호가 {{to}} 에 도착했습니다.",
  "failed": "{{to}} 로 인증번호를 전달하지 못했습니다.",
  "go": "계속",
  "again": "인증번호 다시 보내기",
  "againIn": "{{time}} 후 가능",
  "instead": "다른 방법으로 보내기: {{channel}}",
  "email": "이메일",
  "voice": "전화",
  "resent": "같은 인증번호를 다시 보냈습니다.",
  "approved": "인증번호가 확인되었습니다.",
  "wrong": "인증번호가 올바르지 않습니다. 확인 후 다시 시도하세요.",
  "left": "남은 시도: {{count}}",
  "shape": "인증번호는 {{count}}자리입니다.",
  "wait": "{{time}} 기다린 후 다시 시도하세요.",
  "busy": "지금은 사용할 수 없습니다. 잠시 후 다시 시도하세요.",
  "spent": "남은 시도가 없습니다.",
  "expired": "인증번호가 만료되었습니다.",
  "canceled": "이 요청은 취소되었습니다.",
  "taken": "이 페이지는 이미 다른 브라우저에서 열려 있습니다.",
  "restart": "처음 시작한 곳에서 다시 시작하세요.",
  "offline": "연결되어 있지 않습니다."
} satisfies Texts as Texts
