/** Documents of YAML and JSON files as plain values, with the locations of their keys. */
import { extname } from 'node:path'
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments, parseDocument, visit } from 'yaml'
import type { Document, Node } from 'yaml'
import { GenesisError } from '../errors.js'
import type { ConfigSource, Path } from './source.js'

/** The documents in the text of a YAML or JSON file, without empty ones. Throws CONFIG_UNREADABLE, naming line and column. */
export function documentsIn(text: string, file: string): ConfigSource[] {
  const lines = new LineCounter()
  const json = extname(file).toLowerCase() === '.json'
  // YAML is a superset of JSON, so one parser locates keys in both.
  const settings = { lineCounter: lines, prettyErrors: false, ...(json && { schema: 'json' as const }) }
  const parsed = json ? [parseDocument(text, settings)] : parseAllDocuments(text, settings)
  const documents: Document[] = Array.isArray(parsed) ? parsed : []
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset)
    return `${file}:${line}:${col}`
  }
  for (const { errors, warnings } of documents) {
    const problem = errors[0] ?? warnings[0]
    if (problem !== undefined) {
      throw new GenesisError('CONFIG_UNREADABLE', problem.message, { place: at(problem.pos[0]), cause: problem })
    }
  }
  if (json) checkJson(text, file)
  return documents
    .filter((document) => document.contents !== null && !isEmpty(document.contents))
    .map((document) => ({
      value: toValue(document, at),
      file,
      place: (path) => `${at(offsetOf(document, path))}${path.length === 0 ? '' : `: ${path.join('.')}`}`,
    }))
}

function isEmpty(node: Node): boolean {
  return isScalar(node) && node.value === null
}

function toValue(document: Document, at: (offset: number) => string): unknown {
  // A key read as null is the word "null": object keys are always strings.
  visit(document, {
    Pair: (_, { key }) => {
      if (isScalar(key) && key.value === null && key.source === 'null') key.value = 'null'
    },
  })
  try {
    return document.toJS({ maxAliasCount: 100 })
  } catch (cause) {
    // Undefined aliases, or so many that the value would explode.
    const offset = document.contents?.range?.[0] ?? 0
    throw new GenesisError('CONFIG_UNREADABLE', (cause as Error).message, { place: at(offset), cause })
  }
}

/** Where the last key of a path is; for a list item, the item itself. */
function offsetOf(document: Document, path: Path): number {
  let node: unknown = document.contents
  let offset = document.contents?.range?.[0] ?? 0
  for (const name of path) {
    if (isAlias(node)) node = node.resolve(document)
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => String(isScalar(key) ? key.value : key) === String(name))
      if (pair === undefined) return offset
      offset = (pair.key as Node).range?.[0] ?? offset
      node = pair.value
    } else if (isSeq(node)) {
      node = node.items[Number(name)]
      offset = (node as Node | undefined)?.range?.[0] ?? offset
    } else return offset
  }
  return offset
}

/** A .json file must not use what only YAML allows (comments, trailing commas). */
function checkJson(text: string, file: string): void {
  try {
    JSON.parse(text)
  } catch (cause) {
    throw new GenesisError('CONFIG_UNREADABLE', `not JSON: ${(cause as Error).message}`, { place: file, cause })
  }
}
