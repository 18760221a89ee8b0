/** What the page itself says, in Moroccan Arabic and French. */

const pair = (ary, fr) => ({ ary, fr });

export const TEXTS = {
  online: pair("متصل دابا", "en ligne"),
  away: pair("كيتصل…", "connexion…"),
  typing: pair("كيكتب…", "écrit…"),
  assistant: pair("المساعد", "l'assistant"),
  you: pair("نتا", "vous"),
  today: pair("اليوم", "aujourd'hui"),
  yesterday: pair("البارح", "hier"),

  waiting: pair("كيتصيفط", "en cours d'envoi"),
  sent: pair("تصيفط", "envoyé"),
  answered: pair("تجاوب عليه", "répondu"),
  failed: pair("ما تصيفطش", "non envoyé"),

  serverAway: pair("الخادم ما كيجاوبش. اللي كتبتي باقي هنا.", "Le serveur ne répond pas. Rien n'est perdu."),
  sendFailed: pair("الميساج ما تصيفطش. باقي هنا.", "Message non envoyé. Il reste ici."),
  refused: pair("الخادم ما قبلش هاد الميساج.", "Le serveur a refusé ce message."),
  retry: pair("عاود", "Réessayer"),
  remove: pair("حيدو", "Supprimer"),
  close: pair("سد", "Fermer"),
  cancel: pair("رجع", "Annuler"),
  send: pair("صيفط", "Envoyer"),

  photo: pair("تصويرة", "Photo"),
  document: pair("وثيقة", "Document"),
  location: pair("البلاصة", "Position"),
  contact: pair("رقم", "Contact"),
  voice: pair("ميساج بالصوت", "Message vocal"),
  video: pair("فيديو", "Vidéo"),
  attach: pair("زيد حاجة", "Joindre"),
  stickers: pair("ستيكرات", "Autocollants"),
  record: pair("سجل صوتك", "Enregistrer un message vocal"),
  play: pair("سمع", "Écouter"),
  pause: pair("وقف", "Pause"),

  whichPlace: pair("شمن بلاصة؟", "Quelle position ?"),
  here: pair("البلاصة ديالي دابا", "Ma position actuelle"),
  noPlace: pair("ما قدرناش نعرفو بلاصتك. ختار مثال.", "Position indisponible. Choisissez un exemple."),
  whichContact: pair("شمن رقم؟", "Quel contact ?"),
  ownContact: pair("الرقم ديالي", "Mon propre numéro"),
  otherContact: pair("رقم ديال واحد آخر", "Le numéro de quelqu'un d'autre"),
  confirmShare: pair("نصيفطو الرقم ديالك للمساعد؟", "Envoyer votre numéro à l'assistant ?"),

  noMicrophone: pair(
    "الميكرو ما تسمحش بيه. عطيه الإذن، ولا ختار ملف صوتي.",
    "Micro non autorisé : autorisez-le ou prenez un fichier audio.",
  ),
  chooseAudio: pair("ختار ملف", "Fichier"),
  tooLarge: pair("هاد الملف كبير بزاف.", "Ce fichier est trop lourd."),

  settings: pair("المحاكاة", "Simulateur"),
  person: pair("شخص", "Personne"),
};

export const PLACES = [
  { name: pair("خنيفرة", "Khénifra"), point: [32.9349, -5.669] },
  { name: pair("بني ملال", "Béni Mellal"), point: [32.3373, -6.3498] },
  { name: pair("أزيلال", "Azilal"), point: [31.9615, -6.5718] },
];

export const STICKERS = ["👍", "🙏", "❤️", "😀", "😂", "😢", "🤔", "👋", "🌹", "🧵", "🏺", "🪡"];
