/**
 * The parts of a terminal (or a file in its place) that we need. Nothing is coloured, so NO_COLOR needs no handling.
 */
export interface Screen {
  readonly isTTY?: boolean
  readonly columns?: number
  readonly rows?: number
  write(text: string): unknown
}

/** Whether a line can be redrawn in place: a terminal with a movable cursor (not TERM=dumb). */
export function canRedraw({ isTTY }: Screen, env: Readonly<Record<string, string | undefined>>): boolean {
  return isTTY === true && env.TERM !== 'dumb'
}

/** Characters per row. A terminal that does not know its size reports 0, and gets the usual one. */
export function screenWidth({ columns }: Screen): number {
  return columns === undefined || columns <= 0 ? 80 : columns
}

export function screenHeight({ rows }: Screen): number {
  return rows === undefined || rows <= 0 ? 24 : rows
}

/** Truncates a line to one row, leaving the last column free: some terminals wrap as soon as it is written. */
export function cutToWidth(line: string, screen: Screen): string {
  const width = Math.max(1, screenWidth(screen) - 1)
  return line.length <= width ? line : `${line.slice(0, width - 1)}…`
}

/** Rows taken by lines written when the terminal may have been wider: it rewraps them when narrowed. */
export function rowsOf(lines: readonly string[], screen: Screen): number {
  return lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / screenWidth(screen))), 0)
}
