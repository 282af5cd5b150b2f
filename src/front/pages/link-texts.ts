// The words of a link’s page that the hosted page lacks: drafts in all languages, which no native speaker has read yet.
// It must not ask for a yes: nobody approves by agreeing (NIST SP 800-63B-4 §3.1.3).

/** By language, as the words of the hosted page. */
export type LinkTexts = {
  /** In a browser that did not begin: what the mail is for. */
  elsewhere: string
  /** In the one that began, above its button. */
  here: string
  /** Once it was approved. */
  done: string
}

export const LINK_TEXTS: Readonly<Record<string, LinkTexts>> = {
  ar: {
    elsewhere: 'أدخل الرمز الوارد في هذه الرسالة حيث بدأت.',
    here: 'لقد بدأت في هذا المتصفح. تابع من دون إدخال الرمز.',
    done: 'تابع من حيث بدأت.',
  },
  bg: {
    elsewhere: 'Въведете кода от това съобщение там, където започнахте.',
    here: 'Започнахте в този браузър. Продължете, без да въвеждате кода.',
    done: 'Продължете там, където започнахте.',
  },
  bn: {
    elsewhere: 'এই মেইলের কোডটি যেখানে শুরু করেছিলেন, সেখানে লিখুন।',
    here: 'আপনি এই ব্রাউজারেই শুরু করেছিলেন। কোড না লিখেই এগিয়ে যান।',
    done: 'যেখানে শুরু করেছিলেন, সেখানে এগিয়ে যান।',
  },
  cs: {
    elsewhere: 'Zadejte kód z tohoto e-mailu tam, kde jste začali.',
    here: 'Začali jste v tomto prohlížeči. Pokračujte bez zadání kódu.',
    done: 'Pokračujte tam, kde jste začali.',
  },
  da: {
    elsewhere: 'Indtast koden fra denne mail dér, hvor du begyndte.',
    here: 'Du begyndte i denne browser. Fortsæt uden at indtaste koden.',
    done: 'Fortsæt dér, hvor du begyndte.',
  },
  de: {
    elsewhere: 'Geben Sie den Code aus dieser E-Mail dort ein, wo Sie begonnen haben.',
    here: 'Sie haben in diesem Browser begonnen. Machen Sie weiter, ohne den Code einzugeben.',
    done: 'Machen Sie dort weiter, wo Sie begonnen haben.',
  },
  el: {
    elsewhere: 'Πληκτρολογήστε τον κωδικό από αυτό το μήνυμα εκεί όπου ξεκινήσατε.',
    here: 'Ξεκινήσατε σε αυτό το πρόγραμμα περιήγησης. Συνεχίστε χωρίς να πληκτρολογήσετε τον κωδικό.',
    done: 'Συνεχίστε εκεί όπου ξεκινήσατε.',
  },
  en: {
    elsewhere: 'Enter the code from this mail where you began.',
    here: 'You began in this browser. Continue without entering the code.',
    done: 'Continue where you began.',
  },
  es: {
    elsewhere: 'Introduce el código de este correo donde empezaste.',
    here: 'Empezaste en este navegador. Continúa sin introducir el código.',
    done: 'Continúa donde empezaste.',
  },
  fa: {
    elsewhere: 'کد این ایمیل را همان جایی که شروع کردید وارد کنید.',
    here: 'در همین مرورگر شروع کردید. بدون وارد کردن کد ادامه دهید.',
    done: 'همان جایی که شروع کردید ادامه دهید.',
  },
  fi: {
    elsewhere: 'Anna tämän sähköpostin koodi siellä, missä aloitit.',
    here: 'Aloitit tässä selaimessa. Jatka antamatta koodia.',
    done: 'Jatka siellä, missä aloitit.',
  },
  fr: {
    elsewhere: 'Saisissez le code de cet e-mail là où vous avez commencé.',
    here: 'Vous avez commencé dans ce navigateur. Continuez sans saisir le code.',
    done: 'Continuez là où vous avez commencé.',
  },
  he: {
    elsewhere: 'יש להזין את הקוד מהודעה זו במקום שבו התחלת.',
    here: 'התחלת בדפדפן הזה. אפשר להמשיך בלי להזין את הקוד.',
    done: 'יש להמשיך במקום שבו התחלת.',
  },
  hi: {
    elsewhere: 'इस मेल का कोड वहीं डालें जहाँ आपने शुरू किया था।',
    here: 'आपने इसी ब्राउज़र में शुरू किया था। कोड डाले बिना आगे बढ़ें।',
    done: 'जहाँ आपने शुरू किया था, वहीं आगे बढ़ें।',
  },
  hu: {
    elsewhere: 'Az e-mailben kapott kódot ott adja meg, ahol elkezdte.',
    here: 'Ebben a böngészőben kezdte. Folytassa a kód megadása nélkül.',
    done: 'Folytassa ott, ahol elkezdte.',
  },
  id: {
    elsewhere: 'Masukkan kode dari email ini di tempat Anda memulai.',
    here: 'Anda memulai di peramban ini. Lanjutkan tanpa memasukkan kode.',
    done: 'Lanjutkan di tempat Anda memulai.',
  },
  it: {
    elsewhere: 'Inserisci il codice di questa email dove hai iniziato.',
    here: 'Hai iniziato in questo browser. Continua senza inserire il codice.',
    done: 'Continua dove hai iniziato.',
  },
  ja: {
    elsewhere: 'このメールのコードは、手続きを始めた画面に入力してください。',
    here: 'このブラウザで手続きを始めています。コードを入力せずに続けられます。',
    done: '手続きを始めた画面で続けてください。',
  },
  ko: {
    elsewhere: '이 메일의 인증번호는 처음 시작한 화면에 입력하세요.',
    here: '이 브라우저에서 시작하셨습니다. 인증번호를 입력하지 않고 계속하세요.',
    done: '처음 시작한 화면에서 계속하세요.',
  },
  nb: {
    elsewhere: 'Skriv inn koden fra denne e-posten der du begynte.',
    here: 'Du begynte i denne nettleseren. Fortsett uten å skrive inn koden.',
    done: 'Fortsett der du begynte.',
  },
  nl: {
    elsewhere: 'Voer de code uit deze e-mail in waar je bent begonnen.',
    here: 'Je bent in deze browser begonnen. Ga verder zonder de code in te voeren.',
    done: 'Ga verder waar je bent begonnen.',
  },
  pl: {
    elsewhere: 'Wpisz kod z tej wiadomości tam, gdzie zaczynasz.',
    here: 'Zaczynasz w tej przeglądarce. Przejdź dalej bez wpisywania kodu.',
    done: 'Przejdź dalej tam, gdzie zaczynasz.',
  },
  pt: {
    elsewhere: 'Introduza o código deste e-mail onde começou.',
    here: 'Começou neste navegador. Continue sem introduzir o código.',
    done: 'Continue onde começou.',
  },
  'pt-BR': {
    elsewhere: 'Digite o código deste e-mail onde você começou.',
    here: 'Você começou neste navegador. Continue sem digitar o código.',
    done: 'Continue onde você começou.',
  },
  ro: {
    elsewhere: 'Introdu codul din acest e-mail acolo unde ai început.',
    here: 'Ai început în acest browser. Continuă fără să introduci codul.',
    done: 'Continuă acolo unde ai început.',
  },
  ru: {
    elsewhere: 'Введите код из этого письма там, где вы начали.',
    here: 'Вы начали в этом браузере. Продолжите, не вводя код.',
    done: 'Продолжите там, где вы начали.',
  },
  sv: {
    elsewhere: 'Ange koden från det här mejlet där du började.',
    here: 'Du började i den här webbläsaren. Fortsätt utan att ange koden.',
    done: 'Fortsätt där du började.',
  },
  th: {
    elsewhere: 'ป้อนรหัสจากอีเมลนี้ในหน้าที่คุณเริ่มต้น',
    here: 'คุณเริ่มต้นในเบราว์เซอร์นี้ ดำเนินการต่อได้โดยไม่ต้องป้อนรหัส',
    done: 'ดำเนินการต่อในหน้าที่คุณเริ่มต้น',
  },
  tr: {
    elsewhere: 'Bu e-postadaki kodu başladığınız yerde girin.',
    here: 'Bu tarayıcıda başladınız. Kodu girmeden devam edin.',
    done: 'Başladığınız yerde devam edin.',
  },
  uk: {
    elsewhere: 'Введіть код із цього листа там, де ви почали.',
    here: 'Ви почали в цьому браузері. Продовжте, не вводячи код.',
    done: 'Продовжте там, де ви почали.',
  },
  vi: {
    elsewhere: 'Hãy nhập mã trong email này ở nơi bạn đã bắt đầu.',
    here: 'Bạn đã bắt đầu trong trình duyệt này. Hãy tiếp tục mà không cần nhập mã.',
    done: 'Hãy tiếp tục ở nơi bạn đã bắt đầu.',
  },
  'zh-Hans': {
    elsewhere: '请在您开始操作的页面输入此邮件中的验证码。',
    here: '您是在此浏览器中开始操作的。无需输入验证码即可继续。',
    done: '请在您开始操作的页面继续。',
  },
  'zh-Hant': {
    elsewhere: '請在您開始操作的頁面輸入此郵件中的驗證碼。',
    here: '您是在此瀏覽器中開始操作的。無需輸入驗證碼即可繼續。',
    done: '請在您開始操作的頁面繼續。',
  },
}
