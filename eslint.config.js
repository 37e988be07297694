import js from '@eslint/js'
import tseslint from 'typescript-eslint'
import importX from 'eslint-plugin-import-x'
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript'

// Imports run down this list only: a folder may import from those below it, never from those above.
const floors = [
  'index.ts',
  'cli',
  'rest',
  'metrics',
  'herder',
  'library',
  'verify',
  'runtime',
  'sink',
  'connector',
  'fit',
  'encode',
  'kafka',
  'model',
  'pacing',
  'delivery',
  'telemetry',
  'config',
  'errors.ts',
  'record.ts',
  'webassembly.ts',
  // In browsers: a client of REST, which imports nothing of the program.
  'page',
]
const oneWay = `Imports run one way: ${floors.join(' → ')}.`
// What a sink says of itself to the configuration is data on the floor of config, kept in the sink's own folder.
const sinkOptions = './src/sink/{options.ts,*/options.ts}'
// Exceptions need globs on both sides.
const glob = (name) => (name.endsWith('.ts') ? `./src/{${name},}` : `./src/${name}/**/*`)
const zones = [
  ...floors.slice(1).map((name, index) => ({
    target: `./src/${name}`,
    from: floors.slice(0, index + 1).map(glob),
    except: [`**/${sinkOptions.slice(2)}`],
    message: oneWay,
  })),
  {
    target: sinkOptions,
    from: floors.slice(0, floors.indexOf('config')).map(glob),
    except: [`**/${sinkOptions.slice(2)}`],
    message: oneWay,
  },
]

export default tseslint.config(
  { ignores: ['dist/', 'build/', 'node_modules/', '.demo/'] },
  js.configs.recommended,
  {
    // What runs before anything is compiled, or where nothing is; the compiler checks its names and types all the same.
    files: ['scripts/*.js', 'deploy/*.js'],
    rules: { 'no-undef': 'off' },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked, importX.flatConfigs.typescript],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { 'import-x': importX },
    settings: {
      'import-x/resolver-next': [
        createTypeScriptImportResolver({
          noWarnOnMultipleProjects: true,
          project: ['src/tsconfig.json', 'src/page/tsconfig.json', 'test/tsconfig.json'],
        }),
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
    // A row's value may be a list or an object; a test that writes it as text expects a plain one, and fails on another.
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: { '@typescript-eslint/no-base-to-string': 'off' },
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
