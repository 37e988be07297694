/**
 * Writes the training table of models/customers.json: invented customers, as CSV to stdout or a file.
 *
 *     node build/scripts/make-customers.js [FILE]
 *
 * All of them are fictitious. Dependencies:
 *   region        independent; shifts incomes slightly
 *   age           21 to 90, younger in recent sign-ups
 *   income        rises with age to about 52, then falls; in steps of 100; one in fifty is missing
 *   segment       depends on income and age
 *   signup_date   2018 to 2025, more every year, fewer in summer, hardly any on Sundays
 *   lifetime_value  depends on segment, income and time since sign-up; heavy right tail
 *   status        churned or inactive depending on segment, contract age and value
 *   name, email   depend only on each other; id counts
 */
import { writeFileSync } from 'node:fs'
import { TrainingRandom } from '#src/fit/random.js'

const rows = 20_000
const random = new TrainingRandom(20_260_101)

const firstNames =
  'Ada Ben Clara David Elena Felix Grace Henry Iris Jonas Kira Leo Maya Noah Olga Paul Quinn Rosa Sam Tara Umar Vera Will Xenia Yara Zoe'.split(
    ' ',
  )
const lastNames =
  'Adams Brown Clark Diaz Evans Fischer Garcia Hansen Ito Jensen Khan Lopez Moreau Novak Okafor Patel Quist Rossi Schmidt Tanaka Usman Varga Weber Xu Young Zeller'.split(
    ' ',
  )
const regions = { north: 0.22, south: 0.27, east: 0.19, west: 0.24, islands: 0.08 }
const regionIncome: Record<string, number> = { north: 1.06, south: 0.92, east: 0.98, west: 1.08, islands: 0.84 }
/** Relative numbers of sign-ups per year and month. */
const years = { 2018: 4, 2019: 6, 2020: 9, 2021: 12, 2022: 15, 2023: 17, 2024: 18, 2025: 19 }
const months = [11, 9, 10, 9, 8, 7, 5, 5, 9, 10, 12, 14]
const dayMillis = 86_400_000
const today = Date.UTC(2026, 0, 1)

/** Mean 0, variance 1: the sum of twelve uniforms (Irwin-Hall), identical on every machine. */
function normal(): number {
  let sum = -6
  for (let i = 0; i < 12; i++) sum += random.uniform()
  return sum
}

function weighted<Name extends string>(weights: Record<Name, number>): Name {
  const entries = Object.entries(weights) as [Name, number][]
  let left = random.uniform() * entries.reduce((sum, [, weight]) => sum + weight, 0)
  for (const [name, weight] of entries) if ((left -= weight) < 0) return name
  return entries[entries.length - 1][0]
}

function signupDate(): Date {
  for (;;) {
    const year = Number(weighted(years))
    const month = Number(weighted(Object.fromEntries(months.map((weight, i) => [String(i), weight]))))
    const date = new Date(Date.UTC(year, month, 1 + random.below(31)))
    const sunday = date.getUTCDay() === 0
    if (date.getUTCMonth() === month && (!sunday || random.uniform() < 0.1)) return date
  }
}

function customer(id: number): (string | number)[] {
  const region = weighted(regions)
  const signup = signupDate()
  const tenureYears = (today - signup.getTime()) / dayMillis / 365.25
  const age = Math.round(Math.min(90, Math.max(21, 36 + tenureYears * 1.6 + normal() * 9 + Math.max(0, normal()) * 9)))
  const byAge = 1 - ((age - 52) / 62) ** 2
  const income = Math.round((Math.exp(10.55 + 0.55 * byAge + 0.32 * normal()) * regionIncome[region]) / 100) * 100
  const standing = (income - 52_000) / 26_000 + (age - 45) / 40 + 0.6 * normal()
  const segment = standing > 1.35 ? 'premium' : standing > -0.1 ? 'standard' : 'basic'
  const base = { basic: 260, standard: 900, premium: 3200 }[segment]
  const value = base * (0.25 + tenureYears) ** 0.8 * Math.exp(0.5 * normal()) * (income / 52_000) ** 0.4
  const loyalty = { basic: 0, standard: 0.7, premium: 1.5 }[segment]
  const leaving = -0.75 + 0.2 * tenureYears - loyalty + 0.8 * normal() - Math.min(0.8, value / 15_000)
  const status = leaving > 0.55 ? 'churned' : leaving > -0.2 ? 'inactive' : 'active'
  const first = firstNames[random.below(firstNames.length)]
  const last = lastNames[random.below(lastNames.length)]
  const email = `${first}.${last}${random.below(1000)}@example.com`.toLowerCase()
  const told = random.uniform() < 0.02 ? '' : income
  const date = signup.toISOString().slice(0, 10)
  return [id, `${first} ${last}`, email, age, told, segment, status, region, value.toFixed(2), date]
}

const header = 'id,name,email,age,income,segment,status,region,lifetime_value,signup_date'
const lines = Array.from({ length: rows }, (_, i) => customer(i + 1).join(','))
const text = `${[header, ...lines].join('\n')}\n`
const file = process.argv[2]
if (file === undefined) process.stdout.write(text)
else writeFileSync(file, text)
