/** What of a terminal (or of a file in its place) is needed. Nothing here is coloured, so NO_COLOR asks for nothing more. */
export interface Screen {
  readonly isTTY?: boolean
  readonly columns?: number
  readonly rows?: number
  write(text: string): unknown
}

/** Whether a line can be redrawn in place: on a terminal that has a cursor to move (not TERM=dumb). */
export function canRedraw({ isTTY }: Screen, env: Readonly<Record<string, string | undefined>>): boolean {
  return isTTY === true && env.TERM !== 'dumb'
}

/** Characters in a row. A terminal that does not know its size says 0, and has the usual one. */
export function screenWidth({ columns }: Screen): number {
  return columns === undefined || columns <= 0 ? 80 : columns
}

export function screenHeight({ rows }: Screen): number {
  return rows === undefined || rows <= 0 ? 24 : rows
}

/** A line that stays in one row, with the last column free: some terminals wrap as soon as that is written. */
export function cutToWidth(line: string, screen: Screen): string {
  const width = Math.max(1, screenWidth(screen) - 1)
  return line.length <= width ? line : `${line.slice(0, width - 1)}…`
}

/** How many rows lines take that were written when the terminal may have been wider: it wraps them when it gets narrow. */
export function rowsOf(lines: readonly string[], screen: Screen): number {
  return lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / screenWidth(screen))), 0)
}
