// What is made from the source: docs/settings.md, docs/openapi.json, docs/invariants.md, docs/testing.md, the client's types, the element's texts.
// With --check it writes nothing and fails where a file is not current.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadSettings } from '../src/config/load.ts'
import { providerTitle, SETTING_GROUPS } from '../src/config/setting-groups.ts'
import type { Setting } from '../src/config/settings.ts'
import type { ProviderEntry } from '../src/delivery/provider-entry.ts'
import { PROVIDERS } from '../src/delivery/registry.ts'
import { createLogger } from '../src/kernel/logger.ts'
import { compose } from '../src/service/compose.ts'
import { CLIENT_TYPES, clientTypes } from './client-types.ts'
import { elementTexts } from './element-texts.ts'
import { toTable, withParts } from './generated-part.ts'
import { testingPages } from './mutations/testing-page.ts'

const OPENAPI = 'docs/openapi.json'

type Row = [name: string, fallback: string, description: string]

function toRow({ name, fallback, shown, description }: Setting<unknown>): Row {
  return [`\`${name}\``, shown ?? (fallback ? `\`${fallback}\`` : ''), description]
}

function section(title: string, rows: readonly Row[]): string {
  return `## ${title}\n\n${toTable(['name', 'default', ''], rows)}`
}

function providerSection(entry: ProviderEntry): string {
  const rows = entry.settings.map(({ name, description, default: fallback, optional }): Row => {
    const shown = fallback === undefined ? (optional ? '' : 'required') : `\`${fallback}\``
    return [`\`${name}\``, shown, description]
  })
  return section(providerTitle(entry), rows)
}

function settingsPart(): string {
  return [
    ...SETTING_GROUPS.map(({ title, rows }) => section(title, rows.map(toRow))),
    ...PROVIDERS.filter(({ settings }) => settings.length > 0).map(providerSection),
  ].join('\n\n')
}

/** The document of a running service: the one that callers get. */
async function fetchOpenApi(): Promise<object> {
  const dataDir = mkdtempSync(join(tmpdir(), 'generate-'))
  try {
    const loaded = loadSettings({ DATA_DIR: dataDir, PORT: '0', MINT_SIZE: '0' })
    if (!loaded.ok) throw new Error(loaded.message)
    const running = await compose(loaded.config, createLogger({ level: 'silent' }))
    const { url } = await running.listen()
    const document = (await (await fetch(`${url}/openapi.json`)).json()) as object
    await running.drain(5000)
    return document
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
}

const document = await fetchOpenApi()
const isCheck = process.argv.includes('--check')
for (const [file, content] of [
  withParts('docs/settings.md', { settings: settingsPart() }),
  [OPENAPI, `${JSON.stringify(document, null, 2)}\n`],
  [CLIENT_TYPES, await clientTypes(document)],
  ...elementTexts(),
  ...testingPages(),
] as const) {
  let current = ''
  try {
    current = readFileSync(file, 'utf8')
  } catch {
    // Not there yet: written below, or reported.
  }
  if (current === content) continue
  if (!isCheck) writeFileSync(file, content)
  console.log(isCheck ? `${file} is not current: run npm run generate` : `${file} written`)
  if (isCheck) process.exitCode = 1
}
