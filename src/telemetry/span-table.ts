/** Every span but those of calls over REST, with what it shows. docs/metrics.md has these rows. */
export const spanTable = {
  'create connector': 'a change over REST, from the check of its configuration until it is stored',
  'put connector': 'the same',
  'patch connector': 'the same',
  'delete connector': 'the same',
  'pause connector': 'the same',
  'resume connector': 'the same',
  'stop connector': 'the same',
  'restart connector': 'the same',
  'restart task': 'the same',
  'alter offsets': 'the same, until the offsets are moved',
  'reset offsets': 'the same',
  'apply file': 'a connector file, at the start and when it changes',
  'remove file': 'the same, when it is gone',
  'start task': 'a task, until it runs or fails; part of the change that started it',
  'prepare task': 'part of a start: loads the model and compiles the conditions and the encoder',
  'register schema': 'part of a start or a recovery: `genesis.subject`, `genesis.schema_id`',
  'look up schema': 'the same without `value.auto_register`',
  'open sink': 'part of a start or a recovery: fences earlier owners and reads the checkpoint, `genesis.position`',
  'recover task':
    'an attempt after a failure (`genesis.failure`): the wait for it (`genesis.wait_ms`), its steps, and how many records are generated again (`genesis.regenerated_records`)',
  transaction:
    'a sample: of each task, one every ten seconds, and each one whose commit fails; from its first batch, with `genesis.records` and `genesis.position`',
  commit: 'the end of a transaction',
} as const

export type SpanName = keyof typeof spanTable
