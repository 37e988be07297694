/** Compiles formulas into programs that run on a block of rows at a time. */
import type { FieldType } from '../../record.js'
import { unitOf, type Formula, type Rounding } from './formula.js'
import type { ColumnInput } from './input.js'
import {
  choiceStep,
  comparisonStep,
  junctionStep,
  missingStep,
  notStep,
  textChoiceStep,
  type ComparisonOperator,
} from './logic-steps.js'
import { arithmeticStep, columnStep, constantStep, functionStep, roundBlock, roundStep } from './number-steps.js'
import { numbersIn, textsIn, type Step, type TextStep } from './step.js'
import { concatStep, mappedStep, testStep, textColumnStep, textConstantStep } from './text-steps.js'

/** A formula's columns, by name. */
export type InputOf = (column: string) => ColumnInput

export interface Program {
  /** Computes `count` held numbers (at most `blockRows`), starting at row `from`; NaN: missing. Valid until the next call. */
  run(from: number, count: number): Float64Array
}

export interface TextProgram {
  /** Computes `count` texts (at most `blockRows`), starting at row `from`; null: missing. Valid until the next call. */
  run(from: number, count: number): readonly (string | null)[]
}

/** Compiles a formula whose value is stored as a held number of `type`, rounded to its scale. */
export function compileFormula(
  formula: Formula,
  inputOf: InputOf,
  type: FieldType,
  rounding: Rounding = 'half',
): Program {
  const [step] = numbersIn([stepOf(formula, inputOf)])
  const { factor, scale } = unitOf(type)
  const up = step.scale < scale ? 10 ** (scale - step.scale) : 1
  const down = (step.scale > scale ? 10 ** (step.scale - scale) : 1) * factor
  const round = type.kind !== 'double'
  const isWhole = step.whole === true && down === 1
  const isIntegral = step.integral === true && down === 1
  return {
    run(from, count) {
      step.run(from, count)
      const { block } = step
      if (up !== 1) for (let i = 0; i < count; i++) block[i] *= up
      if (!round) {
        if (down !== 1) for (let i = 0; i < count; i++) block[i] /= down
      } else if (isIntegral && !isWhole) for (let i = 0; i < count; i++) block[i] += 0
      else if (!isWhole) roundBlock(block, count, down, rounding)
      return block
    },
  }
}

/** Compiles a condition: 1 if true, 0 if false, NaN if an operand that it needs is missing. */
export function compileCondition(formula: Formula, inputOf: InputOf): Program {
  const [step] = numbersIn([stepOf(formula, inputOf)])
  return {
    run(from, count) {
      step.run(from, count)
      return step.block
    },
  }
}

/** Compiles a formula whose value is a text. */
export function compileText(formula: Formula, inputOf: InputOf): TextProgram {
  const step = stepOf(formula, inputOf)
  const [text] = formula === null ? [textConstantStep(null)] : textsIn([step])
  return {
    run(from, count) {
      text.run(from, count)
      return text.block
    },
  }
}

function stepOf(formula: Formula, inputOf: InputOf): Step {
  if (formula === null) return constantStep(NaN)
  if (typeof formula === 'number') return constantStep(formula)
  if ('text' in formula) return textConstantStep(formula.text)
  if ('column' in formula) {
    const input = inputOf(formula.column)
    return input.kind === 'number' ? columnStep(input) : textColumnStep(input)
  }
  const { op, of } = formula
  const parts = of.map((part) => stepOf(part, inputOf))
  const first = parts[0]
  switch (op) {
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
    case 'min':
    case 'max':
      return arithmeticStep(op, numbersIn(parts))
    case 'and':
    case 'or':
      return junctionStep(op, numbersIn(parts))
    case 'not':
      return notStep(numbersIn(parts)[0])
    case 'missing':
      return missingStep(first)
    case 'if':
      return chosen(parts, of)
    case '=':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=': {
      if (parts.every((part) => part.kind === 'text')) return testStep(...pairOf(parts), textTests[op])
      const [left, right] = numbersIn(parts)
      return comparisonStep(op, left, right)
    }
    case 'starts_with':
    case 'ends_with':
    case 'contains':
      return testStep(...pairOf(parts), textTests[op])
    case 'lower':
      return mappedStep(textsIn(parts)[0], (text) => text.toLowerCase())
    case 'upper':
      return mappedStep(textsIn(parts)[0], (text) => text.toUpperCase())
    case 'length':
      return testStep(textsIn(parts)[0], textConstantStep(''), (text) => [...text].length)
    case 'concat':
      return concatStep(textsIn(parts))
    case 'round': {
      const digits = of[1]
      return roundStep(numbersIn(parts)[0], typeof digits === 'number' ? digits : 0)
    }
    default:
      return functionStep(op, numbersIn(parts)[0])
  }
}

/** `null` takes the type of the other branch. */
function chosen([condition, then, otherwise]: readonly Step[], of: readonly Formula[]): Step {
  const [test] = numbersIn([condition])
  if (then.kind !== 'text' && otherwise.kind !== 'text') return choiceStep(test, then, otherwise)
  const [a, b] = textsIn([
    of[1] === null ? textConstantStep(null) : then,
    of[2] === null ? textConstantStep(null) : otherwise,
  ])
  return textChoiceStep(test, a, b)
}

function pairOf(parts: readonly Step[]): [TextStep, TextStep] {
  const [left, right] = textsIn(parts)
  return [left, right]
}

const textTests: Record<TextTest, (a: string, b: string) => number> = {
  '=': (a, b) => Number(a === b),
  '!=': (a, b) => Number(a !== b),
  '<': (a, b) => Number(a < b),
  '<=': (a, b) => Number(a <= b),
  '>': (a, b) => Number(a > b),
  '>=': (a, b) => Number(a >= b),
  starts_with: (a, b) => Number(a.startsWith(b)),
  ends_with: (a, b) => Number(a.endsWith(b)),
  contains: (a, b) => Number(a.includes(b)),
}

type TextTest = ComparisonOperator | 'starts_with' | 'ends_with' | 'contains'
