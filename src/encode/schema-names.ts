/** Any text as an Avro name (letters, digits and _, not starting with a digit): every other character becomes _. */
export function avroName(text: string): string {
  const name = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^A-Za-z0-9_]/gu, '_')
  return /^[A-Za-z_]/.test(name) ? name : `_${name}`
}

/** Unique Avro names for columns: a valid name stays; a clash gets _2, _3, … in column order. */
export function avroNames(columns: readonly string[]): string[] {
  const taken = new Set(columns.filter((column) => avroName(column) === column))
  return columns.map((column) => {
    const wanted = avroName(column)
    if (wanted === column) return column
    let name = wanted
    for (let n = 2; taken.has(name); n++) name = `${wanted}_${n}`
    taken.add(name)
    return name
  })
}
