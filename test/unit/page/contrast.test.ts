import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { describe, test } from 'node:test'
import { shipped } from '../../support/genesis.js'

type Colours = Readonly<Record<string, string>>

/** Colours of the light scheme, and of the dark one. */
async function schemes(): Promise<Readonly<Record<'light' | 'dark', Colours>>> {
  const css = await readFile(shipped('src/page/static/page.css'), 'utf8')
  const [light, dark] = [...css.matchAll(/:root \{([^}]*)\}/g)].map(([, block]) =>
    Object.fromEntries([...block.matchAll(/--([\w-]+): (#\w{6});/g)].map(([, name, colour]) => [name, colour])),
  )
  return { light, dark }
}

/** Relative luminance (WCAG 2.2). */
function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((one, other) => other - one)
  return (high + 0.05) / (low + 0.05)
}

const text = [
  ...['text', 'soft', 'accent', 'bad'].flatMap((name) => [[name, 'page'] as const, [name, 'surface'] as const]),
  ...['good', 'warn', 'bad', 'idle'].map((name) => [name, `${name}-back`] as const),
  ...['warn-back', 'bad-back', 'idle-back'].map((back) => ['text', back] as const),
  ['on-accent', 'accent'] as const,
]
const controls = [
  ['edge', 'surface'],
  ['edge', 'page'],
  ['accent', 'surface'],
] as const

describe('the contrast of the page is that of WCAG AA', async () => {
  for (const [scheme, colours] of Object.entries(await schemes())) {
    test(`in the ${scheme} scheme`, () => {
      for (const [front, back] of text)
        assert.ok(contrast(colours[front], colours[back]) >= 4.5, `${front} on ${back}: text`)
      for (const [front, back] of controls)
        assert.ok(contrast(colours[front], colours[back]) >= 3, `${front} on ${back}: edge of a control`)
    })
  }
})
