/**
 * Parses a Java properties file: `key=value`, `key: value` or `key value` per line; # and ! start comments; a
 * backslash escapes, and at the end of a line continues it. Format: java.util.Properties.load.
 */
export function parseProperties(text: string): Map<string, string> {
  const entries = new Map<string, string>()
  for (const line of logicalLines(text)) {
    const match = /^((?:\\.|[^\\\s=:])*)\s*[=:]?\s*(.*)$/su.exec(line)
    if (match !== null) entries.set(unescape(match[1]), unescape(match[2]))
  }
  return entries
}

function logicalLines(text: string): string[] {
  const lines: string[] = []
  let joined: string | undefined
  for (const natural of text.split(/\r\n|\r|\n/)) {
    const line = natural.trimStart()
    if (joined === undefined && (line === '' || line.startsWith('#') || line.startsWith('!'))) continue
    const whole: string = (joined ?? '') + line
    // An odd number of trailing backslashes: the last one escapes the line break.
    if ((/\\*$/.exec(whole)?.[0].length ?? 0) % 2 === 1) joined = whole.slice(0, -1)
    else {
      lines.push(whole)
      joined = undefined
    }
  }
  if (joined !== undefined) lines.push(joined)
  return lines
}

const controls: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' }

function unescape(text: string): string {
  return text.replace(/\\(u([0-9a-fA-F]{4})|[\s\S])/gu, (_, escaped: string, unit: string | undefined) =>
    unit === undefined ? (controls[escaped] ?? escaped) : String.fromCharCode(parseInt(unit, 16)),
  )
}
