import avro from 'avsc'
import type { Leaf } from '../match-columns.js'

/** Every field that is no record itself, in the schema's order; fields of a record inside itself are left out. */
export function leavesOf(root: avro.types.RecordType): Leaf[] {
  const leaves: Leaf[] = []
  const visit = (record: avro.types.RecordType, above: Leaf | null, open: readonly avro.Type[]): void => {
    for (const field of record.fields) {
      const names = [field.name, ...field.aliases]
      const paths = above === null ? names : above.paths.flatMap((path) => names.map((name) => `${path}.${name}`))
      const leaf = { path: above === null ? field.name : `${above.path}.${field.name}`, paths, names }
      const branches = branchesOf(field.type)
      const records = branches.filter((branch) => branch instanceof avro.types.RecordType)
      const isWhole = records.length < branches.filter((branch) => branch.typeName !== 'null').length
      // A record among several is written whole, too.
      if (isWhole || records.length > 1) leaves.push(leaf)
      for (const branch of records) if (!open.includes(branch)) visit(branch, leaf, [...open, branch])
    }
  }
  visit(root, null, [root])
  return leaves
}

/** The branches of a union; of any other type the type itself. */
export function branchesOf(type: avro.Type): readonly avro.Type[] {
  return type instanceof avro.types.WrappedUnionType ? type.types : [type]
}
