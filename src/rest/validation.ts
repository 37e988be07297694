import type { RawConfig } from '../config/raw-connector.js'
import type { Herder } from '../herder/herder.js'
import type { Failure } from '../runtime/task-events.js'
import { hidden } from './hidden.js'
import { HttpError } from './http-error.js'
import { pluginKeys, pluginOf, type PluginKey } from './plugins.js'

/** Validates a configuration key by key. Throws 400 if its class is not the plugin's, 500 if it is unknown. */
export async function validate(herder: Herder, plugin: string, config: RawConfig): Promise<object> {
  const named = config['connector.class']
  if (typeof named !== 'string') {
    throw new HttpError(500, `Connector config ${Object.keys(config).join(', ')} contains no connector type`)
  }
  if (!shortened(named).endsWith(shortened(plugin))) {
    throw new HttpError(400, `Included connector type ${named} does not match request type ${plugin}`)
  }
  const full = classOf(named)
  const { name } = config
  const { errors: failures, warnings } = await herder.check(typeof name === 'string' ? name : '', config)
  const errors = new Map<string, string[]>()
  const keys = pluginKeys(full)
  for (const failure of failures) {
    const key = keyOf(failure, keys)
    errors.set(key, [...(errors.get(key) ?? []), `${failure.message} (${failure.code})`])
  }
  const groups = [...new Set(keys.map(({ definition }) => definition.group))]
  return {
    name: full,
    error_count: failures.length,
    ...(warnings.length > 0 && { warnings }),
    groups,
    configs: keys.map((key) => ({
      definition: key.definition,
      value: {
        name: key.definition.name,
        value: valueOf(key, config),
        recommended_values: key.words,
        errors: errors.get(key.definition.name) ?? [],
        visible: true,
      },
    })),
  }
}

function classOf(name: string): string {
  try {
    return pluginOf(name)
  } catch {
    throw new HttpError(500, `Failed to find any class that implements Connector and which name matches ${name}`)
  }
}

function shortened(name: string): string {
  return name.replace(/(?<=.)Connector$/, '')
}

function valueOf({ definition, aliases }: PluginKey, config: RawConfig): string | null {
  const given = [definition.name, ...aliases].map((name) => config[name]).find((value) => value !== undefined)
  if (typeof given !== 'string') return definition.default_value
  return definition.type === 'PASSWORD' && !given.includes('${') ? hidden : given
}

/** The key that an error is about: the longest that its place ends with, or the key of the model or class at fault. */
function keyOf({ message, code }: Failure, keys: readonly PluginKey[]): string {
  const names = keys.flatMap(({ definition: { name }, aliases }) =>
    [name, ...aliases].map((one) => [one, name] as const),
  )
  const found = names
    .filter(([one]) => new RegExp(`(^|[\\s:,])${one.replaceAll('.', '\\.')}(?=[:.\\[]|$)`).test(message))
    .sort(([a], [b]) => b.length - a.length)
  if (found.length > 0) return found[0][1]
  if (code.startsWith('CONDITION_')) return 'conditions'
  if (code.startsWith('SCHEMA_')) return 'value.schema'
  return code.startsWith('MODEL_') ? 'model' : 'connector.class'
}
