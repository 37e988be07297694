import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'

export interface AlertRule {
  readonly alert: string
  readonly expr: string
  readonly for?: string
  readonly labels: { readonly severity: string }
  readonly annotations: { readonly summary: string; readonly description: string }
}

const file = new URL('../../deploy/chart/alerts.yaml', import.meta.url)

export async function alertRules(): Promise<readonly AlertRule[]> {
  const { groups } = parse(await readFile(file, 'utf8')) as { groups: { rules: AlertRule[] }[] }
  return groups.flatMap(({ rules }) => rules)
}
