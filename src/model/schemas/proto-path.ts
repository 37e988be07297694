export interface ProtoPath {
  readonly file: string
  /** Its name, full or within the package; null: the first in the file. */
  readonly message: string | null
}

/** Splits a path such as `orders.proto#shop.Order` into file and message; null: not a .proto file. */
export function protoPath(path: string): ProtoPath | null {
  const match = /^(.*\.proto)(?:#([\w.]+))?$/i.exec(path)
  return match && { file: match[1], message: match[2] ?? null }
}
