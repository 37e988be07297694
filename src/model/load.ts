import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { nearPath } from '../config/near-path.js'
import { GenesisError } from '../errors.js'
import { artifactFormat, artifactVersion, type ModelArtifact } from './artifact.js'
import type { DeclaredModel } from './declared/from-declaration.js'
import { fieldsOf } from './fields.js'
import { readCircuit } from './load/circuit.js'
import { checkColumns } from './load/columns.js'
import { ModelFile, shown } from './load/model-file.js'
import { shapeOfArtifact } from './load/shape.js'
import type { CircuitSource, ModelColumn, Model } from './model.js'
import { isDeclaration, schemas, type ModelSource } from './model-files.js'
import { isPlainColumn } from './generated/plain.js'
import { protoPath } from './schemas/proto-path.js'
import { poolOf } from './generated/words.js'

/**
 * Reads and checks a model file, or derives a model from an Avro schema, a JSON Schema or a .proto file. Throws MODEL_UNREADABLE
 * (missing, or not JSON), MODEL_TOO_NEW, or MODEL_INVALID (truncated or inconsistent), naming the file and the path in it; for a
 * schema, SCHEMA_INVALID; for a declaration, CONFIG_INVALID.
 */
export async function loadModel(path: ModelSource): Promise<Model> {
  if (typeof path !== 'string') return modelFromSchema(path, 'the inline schema')
  if (isDeclaration(path)) {
    const [{ artifact, lives }, { writeModel }, { withLives }] = await Promise.all([
      declaredIn(path),
      import('./artifact-write.js'),
      import('./lives/with-lives.js'),
    ])
    const model = parseModel(Buffer.from(writeModel(artifact)), path)
    return lives === null ? model : withLives(model, lives)
  }
  const proto = protoPath(path)
  let bytes: Buffer
  try {
    bytes = await readFile(proto?.file ?? path)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    const near = code === 'ENOENT' ? nearPath(path, 'models', /\.(json|ya?ml|avsc|proto)$/i) : undefined
    throw new GenesisError('MODEL_UNREADABLE', 'the model file cannot be read', {
      place: path,
      found: code === 'ENOENT' ? 'no such file' : (code ?? String(cause)),
      remedy:
        near === undefined
          ? 'Paths in a connector file are relative to that file; `genesis fit` creates models'
          : `Did you mean ${near}?`,
      cause,
    })
  }
  if (proto !== null) {
    const { modelOfProtoFile } = await schemas()
    return modelOfProtoFile(bytes.toString(), proto, (text) => parseModel(Buffer.from(text), path))
  }
  const file: ModelFile = new ModelFile(path)
  const document = documentOf(bytes, file)
  if (saysItIsAModel(document)) return modelOf(document, bytes, file)
  const { isSchema, completed } = await schemas()
  if (!isSchema(document)) return modelOf(document, bytes, file)
  return modelFromSchema(await completed(document, bytes, path), path)
}

/** True: it is no schema. */
function saysItIsAModel({ format, protobuf }: Readonly<Record<string, unknown>>): boolean {
  return format === artifactFormat && protobuf === undefined
}

/** Reads a declaration. `before`: the files that include it. */
async function declaredIn(path: string, before: readonly string[] = []): Promise<DeclaredModel> {
  // Loaded lazily, with the libraries for YAML and expressions: most models are trained.
  const { readDeclaration } = await import('./declared/from-declaration.js')
  const round = [...before, path]
  return readDeclaration(path, async (other) => {
    if (round.includes(other))
      throw new GenesisError('CONFIG_INVALID', 'models include each other', {
        place: path,
        found: [...round.slice(round.indexOf(other)), other].join(' → '),
        expected: 'includes without a cycle',
      })
    if (!isDeclaration(other)) return (await loadModel(other)).artifact
    const { artifact, lives } = await declaredIn(other, round)
    if (lives === null) return artifact
    throw new GenesisError('CONFIG_INVALID', 'a model with lives cannot be included', {
      place: path,
      found: other,
      expected: 'a model without lives',
    })
  })
}

async function modelFromSchema(schema: object, place: string): Promise<Model> {
  const { modelOfSchema } = await schemas()
  return modelOfSchema(schema as Record<string, unknown>, place, (text) => parseModel(Buffer.from(text), place))
}

/** Parses the bytes of a model file; a schema is not one. `place` names it in errors. Throws as `loadModel` does. */
export function parseModel(bytes: Uint8Array, place: string): Model {
  const file: ModelFile = new ModelFile(place)
  return modelOf(documentOf(bytes, file), bytes, file)
}

function modelOf(document: Record<string, unknown>, bytes: Uint8Array, file: ModelFile): Model {
  checkFormat(document, file)
  const artifact = shapeOfArtifact(document, file)
  const columnOfNode = checkColumns(artifact, file)
  const sizes = columnOfNode.map((index) => (artifact.columns[index].source as CircuitSource).alphabet.length)
  const circuit = readCircuit(artifact, sizes, file)
  const columns = artifact.columns.map((column, index) => withWords(column, `columns[${index}].source`, file))
  return {
    artifact,
    fingerprint: createHash('sha256').update(bytes).digest('hex'),
    fields: fieldsOf(columns, (column) => isPlainColumn(column, columns)),
    columns,
    circuit,
    columnOfNode,
  }
}

function withWords(column: ModelArtifact['columns'][number], path: string, file: ModelFile): ModelColumn {
  const { source } = column
  if (source.from === 'items') {
    const item = parseModel(Buffer.from(JSON.stringify(source.item)), `${file.place}, ${path}.item`)
    const of = column.type.kind === 'list' ? column.type.of : 'values'
    return { ...column, type: { kind: 'list', of, items: item.fields }, source: { ...source, item } }
  }
  if (source.from !== 'pool' || !('provider' in source)) return { ...column, source }
  return { ...column, source: poolOf(source.provider, source.locale, path, file) }
}

function documentOf(bytes: Uint8Array, file: ModelFile): Record<string, unknown> {
  const text = new TextDecoder().decode(bytes)
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch (cause) {
    const trimmed = text.trimEnd()
    if (text.trimStart().startsWith('{') && !trimmed.endsWith('}')) {
      throw new GenesisError('MODEL_INVALID', 'the model file is truncated', {
        place: file.place,
        found: `${bytes.length} bytes ending in ${shown(trimmed.slice(-20))}`,
        expected: 'a complete JSON document',
        remedy: 'Copy it again, or retrain it with `genesis fit`',
        cause,
      })
    }
    const found = text === '' ? 'an empty file' : shown(text.slice(0, 40))
    throw new GenesisError('MODEL_UNREADABLE', 'not JSON', {
      place: file.place,
      found,
      expected: 'a model file, or a schema',
      cause,
    })
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document))
    file.invalid('the document', 'not a model', document, 'an object')
  return document as Record<string, unknown>
}

function checkFormat({ format, version }: Record<string, unknown>, file: ModelFile): void {
  if (format !== artifactFormat) file.invalid('format', 'not a model file', format, `"${artifactFormat}"`)
  if (!Number.isInteger(version) || (version as number) < 1)
    file.invalid('version', 'not a format version', version, `an integer from 1 to ${artifactVersion}`)
  if ((version as number) > artifactVersion) {
    throw new GenesisError('MODEL_TOO_NEW', 'the model file has a newer format', {
      place: file.place,
      found: `version ${version as number}`,
      expected: `at most ${artifactVersion}`,
      remedy: 'Update genesis-connect, or refit the model with this version',
    })
  }
}
