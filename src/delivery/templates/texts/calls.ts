// The texts that a call speaks: first the request to press a key, then the code, and what a call says that has none (any more).

import type { CallTexts } from '../language-texts.ts'
import type { Language } from '../texts.ts'

export const CALL_TEXTS: Readonly<Record<Language, CallTexts>> = {
  ar: {
    prompt: 'مكالمة من {{brand}} لإبلاغك برمزك. اضغط على أي مفتاح لسماعه.',
    code: 'رمزك هو: {{code}}.',
    over: 'لم يعد لدى هذه المكالمة رمز لك. مع السلامة.',
  },
  bg: {
    prompt: 'Обаждане от {{brand}} с вашия код. Натиснете произволен клавиш, за да го чуете.',
    code: 'Вашият код е: {{code}}.',
    over: 'Това обаждане вече няма код за вас. Довиждане.',
  },
  bn: {
    prompt: '{{brand}} থেকে আপনার কোড জানাতে কল করা হয়েছে। শুনতে যেকোনো বোতাম চাপুন।',
    code: 'আপনার কোড: {{code}}।',
    over: 'এই কলে আপনার জন্য আর কোনো কোড নেই। বিদায়।',
  },
  cs: {
    prompt: 'Volá {{brand}} s vaším kódem. Stiskněte libovolnou klávesu a uslyšíte ho.',
    code: 'Váš kód je: {{code}}.',
    over: 'Tento hovor už pro vás kód nemá. Na shledanou.',
  },
  da: {
    prompt: 'Et opkald fra {{brand}} med din kode. Tryk på en vilkårlig tast for at høre den.',
    code: 'Din kode er: {{code}}.',
    over: 'Dette opkald har ikke længere en kode til dig. Farvel.',
  },
  de: {
    prompt:
      'Ein Anruf von {{brand}} mit Ihrem Code. Drücken Sie eine beliebige Taste, um ihn zu hören.',
    code: 'Ihr Code lautet: {{code}}.',
    over: 'Dieser Anruf hat keinen Code mehr für Sie. Auf Wiederhören.',
  },
  el: {
    prompt:
      'Κλήση από {{brand}} με τον κωδικό σας. Πατήστε οποιοδήποτε πλήκτρο για να τον ακούσετε.',
    code: 'Ο κωδικός σας είναι: {{code}}.',
    over: 'Αυτή η κλήση δεν έχει πλέον κωδικό για εσάς. Αντίο.',
  },
  en: {
    prompt: 'This is {{brand}} calling with your code. Press any key to hear it.',
    code: 'Your code is: {{code}}.',
    over: 'This call no longer has a code for you. Goodbye.',
  },
  es: {
    prompt: 'Llamada de {{brand}} con su código. Pulse cualquier tecla para oírlo.',
    code: 'Su código es: {{code}}.',
    over: 'Esta llamada ya no tiene un código para usted. Adiós.',
  },
  fa: {
    prompt: 'تماس از {{brand}} برای اعلام کد شما. برای شنیدن آن یک کلید را فشار دهید.',
    code: 'کد شما: {{code}}.',
    over: 'این تماس دیگر کدی برای شما ندارد. خدانگهدار.',
  },
  fi: {
    prompt: '{{brand}} soittaa ja kertoo koodisi. Kuulet sen painamalla mitä tahansa näppäintä.',
    code: 'Koodisi on: {{code}}.',
    over: 'Tällä puhelulla ei ole enää koodia sinulle. Kuulemiin.',
  },
  fr: {
    prompt: 'Appel de {{brand}} avec votre code. Appuyez sur une touche pour l’entendre.',
    code: 'Votre code est : {{code}}.',
    over: 'Cet appel n’a plus de code pour vous. Au revoir.',
  },
  he: {
    prompt: 'שיחה מאת {{brand}} עם הקוד שלך. יש להקיש על מקש כלשהו כדי לשמוע אותו.',
    code: 'הקוד שלך הוא: {{code}}.',
    over: 'לשיחה זו אין עוד קוד עבורך. להתראות.',
  },
  hi: {
    prompt: '{{brand}} की ओर से आपके कोड के लिए कॉल। सुनने के लिए कोई भी बटन दबाएँ।',
    code: 'आपका कोड है: {{code}}।',
    over: 'इस कॉल में अब आपके लिए कोई कोड नहीं है। नमस्ते।',
  },
  hu: {
    prompt: '{{brand}}: ez a hívás az Ön kódját közli. A meghallgatásához nyomjon meg egy gombot.',
    code: 'Az Ön kódja: {{code}}.',
    over: 'Ebben a hívásban már nincs kód az Ön számára. Viszonthallásra.',
  },
  id: {
    prompt: 'Panggilan dari {{brand}} dengan kode Anda. Tekan tombol apa saja untuk mendengarnya.',
    code: 'Kode Anda adalah: {{code}}.',
    over: 'Panggilan ini tidak lagi memiliki kode untuk Anda. Sampai jumpa.',
  },
  it: {
    prompt: 'Chiamata da {{brand}} con il suo codice. Prema un tasto qualsiasi per ascoltarlo.',
    code: 'Il suo codice è: {{code}}.',
    over: 'Questa chiamata non ha più un codice per lei. Arrivederci.',
  },
  ja: {
    prompt:
      '{{brand}}からコードをお知らせするお電話です。お聞きになるには、いずれかのキーを押してください。',
    code: 'コードは、{{code}}です。',
    over: 'この電話でお伝えできるコードはもうありません。失礼いたします。',
  },
  ko: {
    prompt: '{{brand}}에서 코드를 알려 드리는 전화입니다. 들으시려면 아무 키나 누르세요.',
    code: '코드는 {{code}}입니다.',
    over: '이 통화로 알려 드릴 코드가 더 이상 없습니다. 안녕히 계세요.',
  },
  nb: {
    prompt: 'Et anrop fra {{brand}} med koden din. Trykk på en tast for å høre den.',
    code: 'Koden din er: {{code}}.',
    over: 'Dette anropet har ikke lenger noen kode til deg. Ha det.',
  },
  nl: {
    prompt: 'Een oproep van {{brand}} met je code. Druk op een toets om hem te horen.',
    code: 'Je code is: {{code}}.',
    over: 'Deze oproep heeft geen code meer voor je. Tot ziens.',
  },
  pl: {
    prompt: 'Połączenie od {{brand}} z Twoim kodem. Naciśnij dowolny klawisz, aby go usłyszeć.',
    code: 'Twój kod to: {{code}}.',
    over: 'W tym połączeniu nie ma już kodu dla Ciebie. Do usłyszenia.',
  },
  pt: {
    prompt: 'Chamada de {{brand}} com o seu código. Prima qualquer tecla para o ouvir.',
    code: 'O seu código é: {{code}}.',
    over: 'Esta chamada já não tem um código para si. Adeus.',
  },
  'pt-BR': {
    prompt: 'Ligação de {{brand}} com o seu código. Pressione qualquer tecla para ouvi-lo.',
    code: 'O seu código é: {{code}}.',
    over: 'Esta ligação não tem mais um código para você. Até logo.',
  },
  ro: {
    prompt: 'Apel de la {{brand}} cu codul dumneavoastră. Apăsați orice tastă pentru a-l auzi.',
    code: 'Codul dumneavoastră este: {{code}}.',
    over: 'Acest apel nu mai are un cod pentru dumneavoastră. La revedere.',
  },
  ru: {
    prompt: 'Звонок от {{brand}} с вашим кодом. Нажмите любую клавишу, чтобы его услышать.',
    code: 'Ваш код: {{code}}.',
    over: 'В этом звонке для вас больше нет кода. До свидания.',
  },
  sv: {
    prompt: 'Ett samtal från {{brand}} med din kod. Tryck på valfri knapp för att höra den.',
    code: 'Din kod är: {{code}}.',
    over: 'Det här samtalet har inte längre någon kod till dig. Hej då.',
  },
  th: {
    prompt: 'สายจาก {{brand}} เพื่อแจ้งรหัสของคุณ กดปุ่มใดก็ได้เพื่อฟัง',
    code: 'รหัสของคุณคือ: {{code}}',
    over: 'สายนี้ไม่มีรหัสสำหรับคุณแล้ว สวัสดี',
  },
  tr: {
    prompt: '{{brand}} sizi kodunuz için arıyor. Duymak için herhangi bir tuşa basın.',
    code: 'Kodunuz: {{code}}.',
    over: 'Bu aramada artık sizin için bir kod yok. Hoşça kalın.',
  },
  uk: {
    prompt: 'Дзвінок від {{brand}} із вашим кодом. Натисніть будь-яку клавішу, щоб його почути.',
    code: 'Ваш код: {{code}}.',
    over: 'У цьому дзвінку для вас більше немає коду. До побачення.',
  },
  vi: {
    prompt: 'Cuộc gọi từ {{brand}} để báo mã của bạn. Nhấn phím bất kỳ để nghe.',
    code: 'Mã của bạn là: {{code}}.',
    over: 'Cuộc gọi này không còn mã cho bạn. Tạm biệt.',
  },
  'zh-Hans': {
    prompt: '这是{{brand}}的来电，将告知您的验证码。请按任意键收听。',
    code: '您的验证码是：{{code}}。',
    over: '本次通话已没有可告知您的验证码。再见。',
  },
  'zh-Hant': {
    prompt: '這是{{brand}}的來電，將告知您的驗證碼。請按任意鍵收聽。',
    code: '您的驗證碼是：{{code}}。',
    over: '本次通話已沒有可告知您的驗證碼。再見。',
  },
}
