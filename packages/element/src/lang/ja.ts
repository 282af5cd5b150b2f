// Generated from src/front/pages/texts/ by npm run generate: do not edit.

import type { Texts } from '../texts.ts'

export default {
  "code": "コード",
  "app": "認証アプリに表示されているコードを入力してください。",
  "trying": "{{to}} に認証コードを送信しています。",
  "sent": "{{to}} に認証コードを送信しました。",
  "delivered": "認証コードが {{to}} に届きました。",
  "failed": "{{to}} に認証コードを届けられませんでした。",
  "go": "続ける",
  "again": "コードを再送信",
  "againIn": "{{time}} 後に可能",
  "instead": "別の方法で送信: {{channel}}",
  "email": "メール",
  "voice": "電話",
  "resent": "同じコードを再送信しました。",
  "approved": "コードを確認しました。",
  "wrong": "コードが違います。確認して、もう一度お試しください。",
  "left": "残りの試行回数: {{count}}",
  "shape": "コードは {{count}} 桁です。",
  "wait": "{{time}} 待ってから、もう一度お試しください。",
  "busy": "現在ご利用いただけません。しばらくしてから、もう一度お試しください。",
  "spent": "これ以上お試しいただけません。",
  "expired": "コードの有効期限が切れました。",
  "canceled": "このリクエストは取り消されました。",
  "taken": "このページは別のブラウザーですでに開かれています。",
  "restart": "最初の画面からやり直してください。",
  "offline": "接続できません。"
} satisfies Texts as Texts
