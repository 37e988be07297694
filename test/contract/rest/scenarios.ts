import type { Scenario } from './call.js'
import { bodyScenarios } from './calls/bodies.js'
import { connectorScenarios, lastScenarios } from './calls/connectors.js'
import { httpScenarios } from './calls/http.js'
import { pluginScenarios } from './calls/plugins.js'
import { stateScenarios } from './calls/states.js'

export const scenarios: readonly Scenario[] = [
  ...connectorScenarios,
  ...bodyScenarios,
  ...stateScenarios,
  ...pluginScenarios,
  ...httpScenarios,
  ...lastScenarios,
]
