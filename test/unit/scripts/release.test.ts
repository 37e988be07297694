import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { describe, test } from 'node:test'
import { released, versionFiles, versionsIn } from '../../../scripts/version.js'
import { shipped } from '../../support/genesis.js'

const texts = new Map<string, string>()
for (const file of versionFiles) texts.set(file, await readFile(shipped(file), 'utf8'))
const { version } = JSON.parse(texts.get('package.json') ?? '') as { version: string }

/** A version of this project as a Docker image's tag. */
const tags = /genesis-connect:\d[\w.-]*/g

async function textFiles(folder: string): Promise<string[]> {
  const names = await readdir(shipped(folder), { recursive: true })
  return names.filter((name) => /\.(md|yaml|yml|json|tpl|js)$/.test(name)).map((name) => `${folder}/${name}`)
}

describe('the version', () => {
  test('is the same in the package, its lock file, the chart, the manifests and the changelog', () => {
    const different = versionsIn(texts).filter((place) => !place.endsWith(`: ${version}`))
    assert.deepEqual(different, [])
  })

  test('is named in no other file that a release would leave behind', async () => {
    const files = [...(await textFiles('deploy')), ...(await textFiles('docs')), 'README.md', 'docker-compose.yml']
    for (const file of files.filter((one) => !versionFiles.includes(one)))
      assert.deepEqual((await readFile(shipped(file), 'utf8')).match(tags), null, file)
  })
})

describe('a release', () => {
  const log = '# Changelog\n\n## Unreleased\n\n### Added\n\n- A thing.\n\n## 0.1.0 - 2026-01-01\n\n- The first.\n'
  const before = new Map([...texts, ['CHANGELOG.md', log]])

  test('makes every place agree, and dates what was unreleased', () => {
    const after = released(before, '999.0.0', '2026-12-01')
    const different = versionsIn(after).filter((place) => !place.endsWith(': 999.0.0'))
    assert.deepEqual(different, [])
    assert.equal(
      after.get('CHANGELOG.md'),
      '# Changelog\n\n## Unreleased\n\n## 999.0.0 - 2026-12-01\n\n### Added\n\n- A thing.\n\n## 0.1.0 - 2026-01-01\n\n- The first.\n',
    )
  })

  test('changes nothing but versions: back again, everything is as it was', () => {
    const after = released(before, '999.0.0', '2026-12-01')
    for (const [file, text] of after)
      if (file !== 'CHANGELOG.md') assert.equal(text.replaceAll('999.0.0', version), texts.get(file), file)
    const lock = JSON.parse(after.get('package-lock.json') ?? '') as { version: string }
    assert.equal(lock.version, '999.0.0')
  })

  test('is refused without a version, with one that is not later, or with nothing to release', () => {
    const refuses = (given: string, reason: RegExp, from = before) =>
      assert.throws(() => released(from, given, '2026-12-01'), reason)
    refuses('', /found none; expected such as 1\.2\.3/)
    refuses('v1.0', /found v1\.0/)
    refuses(version, new RegExp(`expected one after ${version.replaceAll('.', '\\.')}`))
    refuses('0.0.9', /expected one after/)
    const nothing = log.replace(/### Added[^]*?thing\.\n\n/, '')
    refuses('999.0.0', /found nothing unreleased/, new Map([...texts, ['CHANGELOG.md', nothing]]))
  })
})
