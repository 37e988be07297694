/** Words in dates: months and weekdays in common languages, AM and PM, time zones. */

const languages: readonly (readonly [months: string, weekdays: string])[] = [
  [
    'January February March April May June July August September October November December',
    'Monday Tuesday Wednesday Thursday Friday Saturday Sunday',
  ],
  [
    'Januar Februar März April Mai Juni Juli August September Oktober November Dezember',
    'Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag',
  ],
  [
    'Jänner Februar März April Mai Juni Juli August September Oktober November Dezember',
    'Montag Dienstag Mittwoch Donnerstag Freitag Sonnabend Sonntag',
  ],
  [
    'janvier février mars avril mai juin juillet août septembre octobre novembre décembre',
    'lundi mardi mercredi jeudi vendredi samedi dimanche',
  ],
  [
    'enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre',
    'lunes martes miércoles jueves viernes sábado domingo',
  ],
  [
    'gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre',
    'lunedì martedì mercoledì giovedì venerdì sabato domenica',
  ],
  [
    'janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro',
    'segunda terça quarta quinta sexta sábado domingo',
  ],
  [
    'januari februari maart april mei juni juli augustus september oktober november december',
    'maandag dinsdag woensdag donderdag vrijdag zaterdag zondag',
  ],
  [
    'januari februari mars april maj juni juli augusti september oktober november december',
    'måndag tisdag onsdag torsdag fredag lördag söndag',
  ],
  [
    'januar februar mars april mai juni juli august september oktober november desember',
    'mandag tirsdag onsdag torsdag fredag lørdag søndag',
  ],
  [
    'januar februar marts april maj juni juli august september oktober november december',
    'mandag tirsdag onsdag torsdag fredag lørdag søndag',
  ],
  [
    'stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia',
    'poniedziałek wtorek środa czwartek piątek sobota niedziela',
  ],
  [
    'ledna února března dubna května června července srpna září října listopadu prosince',
    'pondělí úterý středa čtvrtek pátek sobota neděle',
  ],
  [
    'января февраля марта апреля мая июня июля августа сентября октября ноября декабря',
    'понедельник вторник среда четверг пятница суббота воскресенье',
  ],
  [
    'Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık',
    'Pazartesi Salı Çarşamba Perşembe Cuma Cumartesi Pazar',
  ],
]
/** The words for a columns file's format if the column has none of its own. */
export const englishWords = {
  months: languages[0][0].split(' ').map((word) => word.slice(0, 3)),
  weekdays: languages[0][1].split(' ').map((word) => word.slice(0, 3)),
  halves: ['AM', 'PM'],
}
const monthLists = languages.map(([months]) => months.split(' '))
const weekdayLists = languages.map(([, weekdays]) => weekdays.split(' '))
/** Abbreviations that are not a prefix of the month's name, with the index of the month. */
const shortMonths: Readonly<Record<string, number>> = {
  mrz: 3,
  mrt: 3,
  sept: 9,
  set: 9,
  juil: 7,
  jui: 7,
  ago: 8,
  maa: 3,
}
/** Minimum letters of an abbreviation: German and others abbreviate weekdays to two. */
const minLetters = { months: 3, weekdays: 2 }

/** The twelve words that a column uses for months; null: its words are not months, or it has two words for one month. */
export function monthsOf(words: readonly string[]): string[] | null {
  return listOf(words, monthLists, minLetters.months, shortMonths)
}

/** The seven words that a column uses for weekdays, Monday first; null as for `monthsOf`. */
export function weekdaysOf(words: readonly string[]): string[] | null {
  return listOf(words, weekdayLists, minLetters.weekdays, {})
}

function listOf(
  words: readonly string[],
  lists: readonly (readonly string[])[],
  least: number,
  short: Readonly<Record<string, number>>,
): string[] | null {
  for (const list of lists) {
    const found = new Array<string | undefined>(list.length).fill(undefined)
    const isList = words.every((word) => {
      const bare = word.toLowerCase().replace(/\.$/, '')
      if (bare.length < least) return false
      const index = list.findIndex((full) => full.toLowerCase().startsWith(bare))
      const at = index < 0 ? (short[bare] ?? 0) - 1 : index
      if (at < 0 || (found[at] !== undefined && found[at] !== word)) return false
      found[at] = word
      return true
    })
    if (isList) return list.map((full, i) => found[i] ?? inStyle(full, list, found))
  }
  return null
}

/** A word that does not occur in the column, written like the others: same length, case and dot. */
function inStyle(full: string, list: readonly string[], found: readonly (string | undefined)[]): string {
  const known = found.filter((word) => word !== undefined)
  const isShort = found.some((word, i) => word !== undefined && word.replace(/\.$/, '').length < list[i].length)
  const bare = known.map((word) => word.replace(/\.$/, ''))
  const length = Math.min(...bare.map((word) => word.length))
  const dot = known.every((word) => word.endsWith('.')) ? '.' : ''
  const word = isShort ? full.slice(0, length) : full
  if (bare.every((each) => each === each.toUpperCase())) return word.toUpperCase() + dot
  if (bare.every((each) => each === each.toLowerCase())) return word.toLowerCase() + dot
  return word.charAt(0).toUpperCase() + word.slice(1) + dot
}

/** The column's words for AM and PM, AM first; null: its words are neither. */
export function afternoonWords(words: readonly string[]): string[] | null {
  if (words.length > 2 || !words.every((word) => /^[ap]\.?\s?m\.?$/i.test(word))) return null
  const other = (word: string, letter: string): string =>
    (word.startsWith(word.charAt(0).toUpperCase()) ? letter.toUpperCase() : letter) + word.slice(1)
  const morning = words.find((word) => /^a/i.test(word))
  const evening = words.find((word) => /^p/i.test(word))
  return [morning ?? other(evening ?? '', 'a'), evening ?? other(morning ?? '', 'p')]
}

/** Offsets of named time zones, in minutes. */
const zones: Readonly<Record<string, number>> = {
  ...{
    Z: 0,
    UTC: 0,
    GMT: 0,
    WET: 0,
    WEST: 60,
    BST: 60,
    CET: 60,
    MEZ: 60,
    CEST: 120,
    MESZ: 120,
    EET: 120,
    EEST: 180,
    MSK: 180,
  },
  ...{
    IST: 330,
    SGT: 480,
    HKT: 480,
    AWST: 480,
    JST: 540,
    KST: 540,
    ACST: 570,
    AEST: 600,
    AEDT: 660,
    NZST: 720,
    NZDT: 780,
  },
  ...{
    NST: -210,
    AST: -240,
    ADT: -180,
    EST: -300,
    EDT: -240,
    CST: -360,
    CDT: -300,
    MST: -420,
    MDT: -360,
    PST: -480,
    PDT: -420,
  },
  ...{ AKST: -540, AKDT: -480, HST: -600, BRT: -180, ART: -180 },
}

/** Minutes east of UTC of a time zone's name or offset (Z, CET, +02, +0200, +02:00); undefined: not a time zone. */
export function zoneOffset(zone: string): number | undefined {
  const name = zone.toUpperCase()
  if (Object.hasOwn(zones, name)) return zones[name]
  const match = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone)
  if (match === null) return undefined
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0)
  if (minutes > 18 * 60) return undefined
  return match[1] === '-' ? -minutes : minutes
}
