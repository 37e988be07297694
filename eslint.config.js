import js from '@eslint/js'
import tseslint from 'typescript-eslint'
import importX from 'eslint-plugin-import-x'
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript'

// Imports point one way: a folder may import from the folders before it, never from those after it.
const layers = [
  ['record.ts', 'errors.ts'],
  ['config'],
  ['model', 'kafka'],
  ['encode'],
  ['sink', 'stream'],
  ['publish'],
  ['verify'],
  ['runner'],
  ['http'],
  ['cli', 'index.ts'],
]
const zones = layers.slice(0, -1).flatMap((names, level) =>
  names.map((name) => ({
    target: `./src/${name}`,
    from: layers.slice(level + 1).flatMap((later) => later.map((other) => `./src/${other}`)),
    message:
      'Imports point one way: cli → http → runner → verify → publish → sink, stream → encode → model, kafka → config → record, errors.',
  })),
)

export default tseslint.config(
  { ignores: ['dist/', 'build/', 'node_modules/', '.demo/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked, importX.flatConfigs.typescript],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { 'import-x': importX },
    settings: {
      'import-x/resolver-next': [
        createTypeScriptImportResolver({ project: ['src/tsconfig.json', 'test/tsconfig.json'] }),
      ],
    },
    rules: {
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            {
              from: 'package',
              package: 'node:test',
              name: ['test', 'it', 'describe', 'suite', 'before', 'after', 'beforeEach', 'afterEach'],
            },
          ],
        },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      'import-x/no-cycle': 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'import-x/no-restricted-paths': ['error', { zones }],
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: ['**/index.js'], message: 'Nothing inside imports the public entry.' }] },
      ],
    },
  },
  {
    // The one place that may name a Kafka library is src/kafka.
    files: ['src/**/*.ts'],
    ignores: ['src/kafka/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        { paths: ['kafkajs', '@platformatic/kafka'], patterns: [{ group: ['**/index.js'] }] },
      ],
    },
  },
)
