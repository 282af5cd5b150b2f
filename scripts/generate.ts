// Writes what is made from the source: README's table of settings, docs/openapi.json, the tables of what the tests keep.
// With --check it writes nothing and fails where a file is not current.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadSettings } from '../src/config/load.ts'
import { LIMIT_SETTINGS, ROUTE_SETTINGS, SERVICE_SETTINGS } from '../src/config/service-settings.ts'
import { SERVER_SETTINGS, type Setting } from '../src/config/settings.ts'
import { PROVIDERS } from '../src/delivery/registry.ts'
import { createLogger } from '../src/kernel/logger.ts'
import { compose } from '../src/service/compose.ts'
import { testingPages } from './mutations/testing-page.ts'

const README = 'README.md'
const OPENAPI = 'docs/openapi.json'
const BEGIN = '<!-- settings:begin -->'
const END = '<!-- settings:end -->'

type Row = { name: string; shown: string; description: string }

function toRow({ name, fallback, shown, description }: Setting<unknown>): Row {
  return { name, shown: shown ?? (fallback ? `\`${fallback}\`` : ''), description }
}

function table(title: string, rows: readonly Row[]): string {
  const cells = rows.map(({ name, shown, description }) =>
    [`\`${name}\``, shown, description].map((cell) => cell.replaceAll('|', '\\|')).join(' | '),
  )
  return [`**${title}**`, '', '| name | default | |', '| --- | --- | --- |']
    .concat(cells.map((cell) => `| ${cell} |`))
    .join('\n')
}

function providerRows(): Row[] {
  return PROVIDERS.flatMap((entry) =>
    entry.settings.map(({ name, description, default: fallback, optional }) => ({
      name,
      shown: fallback === undefined ? (optional ? '' : 'required') : `\`${fallback}\``,
      description: `${entry.name} (${entry.channels.join(', ')}): ${description}`,
    })),
  )
}

function settingsTables(): string {
  const rows = (settings: Readonly<Record<string, Setting<unknown>>>) =>
    Object.values(settings).map(toRow)
  return [
    table('The process', rows(SERVER_SETTINGS)),
    table('The default service', rows(SERVICE_SETTINGS)),
    table('Limits', rows(LIMIT_SETTINGS)),
    table(
      'Providers: one is configured as soon as one of its settings is given, and then needs those that are required',
      [...providerRows(), ...rows(ROUTE_SETTINGS)],
    ),
  ].join('\n\n')
}

function renderReadme(): string {
  const text = readFileSync(README, 'utf8')
  const [before, rest] = text.split(BEGIN)
  const after = rest?.split(END)[1]
  if (before === undefined || after === undefined)
    throw new Error(`${README} has no ${BEGIN} … ${END}`)
  return `${before}${BEGIN}\n${settingsTables()}\n${END}${after}`
}

/** From the running service, so that it is what callers get. */
async function renderOpenApi(): Promise<string> {
  const dataDir = mkdtempSync(join(tmpdir(), 'generate-'))
  try {
    const loaded = loadSettings({ DATA_DIR: dataDir, PORT: '0', MINT_SIZE: '0' })
    if (!loaded.ok) throw new Error(loaded.message)
    const running = await compose(loaded.config, createLogger({ level: 'silent' }))
    const { url } = await running.listen()
    const document = await (await fetch(`${url}/openapi.json`)).json()
    await running.drain(5000)
    return `${JSON.stringify(document, null, 2)}\n`
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
}

const isCheck = process.argv.includes('--check')
for (const [file, content] of [
  [README, renderReadme()],
  [OPENAPI, await renderOpenApi()],
  ...testingPages(),
] as const) {
  let current = ''
  try {
    current = readFileSync(file, 'utf8')
  } catch {
    // Not there yet: written below, or told.
  }
  if (current === content) continue
  if (!isCheck) writeFileSync(file, content)
  console.log(isCheck ? `${file} is not current: run npm run generate` : `${file} written`)
  if (isCheck) process.exitCode = 1
}
