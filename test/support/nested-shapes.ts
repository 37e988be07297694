/** Values beyond single ones, each the Avro type of a field: what readers of every format must take. */

const scalar = { type: 'int', 'arg.properties': { range: { min: -500, max: 500 } } }
const few = { length: { min: 0, max: 4 } }
const item = {
  type: 'record',
  name: 'item',
  fields: [
    { name: 'product', type: 'string' },
    { name: 'quantity', type: ['null', scalar] },
    { name: 'sizes', type: { type: 'array', items: 'double' } },
  ],
}
const place = {
  type: 'record',
  name: 'place',
  fields: [
    { name: 'city', type: 'string' },
    {
      name: 'geo',
      type: {
        type: 'record',
        name: 'geo',
        fields: ['lat', 'lon'].map((name) => ({ name, type: 'double' })),
      },
    },
  ],
}
const optional = {
  type: 'record',
  name: 'optional',
  fields: [
    { name: 'note', type: ['null', 'string'] },
    { name: 'flag', type: ['null', 'boolean'] },
  ],
}

export const nestedShapes: Readonly<Record<string, unknown>> = {
  struct: place,
  'nullable struct': ['null', optional],
  list: { type: 'array', items: 'string', 'arg.properties': few },
  'nullable list': ['null', { type: 'array', items: 'long', 'arg.properties': few }],
  'list of structs': { type: 'array', items: item, 'arg.properties': few },
  'list of lists': { type: 'array', items: { type: 'array', items: 'int' } },
  'list of times': { type: 'array', items: { type: 'long', logicalType: 'timestamp-millis' } },
  map: { type: 'map', values: 'long' },
  'map of structs': ['null', { type: 'map', values: item, 'arg.properties': { keys: { options: ['a', 'b'] } } }],
  union: {
    type: 'array',
    items: ['null', 'string', 'int', 'boolean'],
    'arg.properties': { options: [['a', null, 3], [true], []] },
  },
  enum: ['null', { type: 'enum', name: 'level', symbols: ['LOW', 'HIGH'] }],
}

/** A record with the shape in its field `value`. */
export function recordOf(shape: unknown): object {
  return {
    type: 'record',
    name: 'shaped',
    fields: [
      { name: 'id', type: 'long' },
      { name: 'value', type: shape },
    ],
  }
}
