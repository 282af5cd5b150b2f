// Generated from src/front/pages/texts/ by npm run generate: do not edit.

import type { Texts } from '../texts.ts'

export default {
  "code": "Kode",
  "app": "Masukkan kode dari aplikasi autentikator Anda.",
  "trying": "Kode Anda sedang dikirim ke {{to}}.",
  "sent": "Kode Anda telah dikirim ke {{to}}.",
  "delivered": "Kode Anda telah sampai di {{to}}.",
  "failed": "Kode Anda tidak dapat disampaikan ke {{to}}.",
  "go": "Lanjutkan",
  "again": "Kirim kode lagi",
  "againIn": "dapat dilakukan dalam {{time}}",
  "instead": "Kirim dengan cara lain: {{channel}}",
  "email": "email",
  "voice": "panggilan telepon",
  "resent": "Kode yang sama telah dikirim lagi.",
  "approved": "Kode benar.",
  "wrong": "Kode itu salah. Periksa dan coba lagi.",
  "left": "Sisa percobaan: {{count}}",
  "shape": "Kode terdiri dari {{count}} angka.",
  "wait": "Tunggu {{time}}, lalu coba lagi.",
  "busy": "Saat ini tidak berfungsi. Coba lagi sebentar lagi.",
  "spent": "Tidak ada percobaan yang tersisa.",
  "expired": "Kode telah kedaluwarsa.",
  "canceled": "Permintaan ini telah dibatalkan.",
  "taken": "Halaman ini sudah terbuka di browser lain.",
  "restart": "Mulai lagi dari tempat Anda memulai.",
  "offline": "Tidak ada koneksi."
} satisfies Texts as Texts
