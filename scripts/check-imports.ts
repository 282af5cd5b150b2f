// Proves that the import rule is checked: plants one violation per rule into a copy of src and expects each to be caught.
// It must also fail where the checker sees nothing: "0 modules, no violations" is not a pass.

import { spawnSync } from 'node:child_process'
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

type Plant = { rule: string; file: string; line: string }

/** One per rule of .dependency-cruiser.cjs; `file` is created and imported by nothing. */
const PLANTS: readonly Plant[] = [
  plant('kernel-imports-nothing-of-ours', 'kernel', '../verification/policy.ts'),
  plant('verification-is-pure', 'verification', '../delivery/ports.ts'),
  plant('verification-knows-no-library', 'verification', 'hono'),
  plant('verification-is-pure', 'verification', '../factors/planted-factor.ts'),
  plant('factors-know-verification', 'factors', '../hashing/planted-hasher.ts'),
  plant('front-knows-verification', 'front', '../http/planted-route.ts'),
  plant('relay-knows-verification', 'relay', '../http/planted-route.ts'),
  plant('verification-knows-no-library', 'factors', 'otplib'),
  plant('hashing-and-limits-implement-ports', 'hashing', '../verification/state.ts'),
  plant('hashing-and-limits-implement-ports', 'limits', '../access/ports.ts'),
  plant('delivery-knows-itself', 'delivery', '../verification/ports.ts'),
  plant('provider-knows-its-port', 'delivery/providers', '../../delivery/planted-message.ts'),
  plant('events-know-delivery-ports', 'events', '../access/ports.ts'),
  plant('counts-know-events', 'counts', '../verification/ports.ts'),
  plant('audit-knows-events', 'audit', '../verification/ports.ts'),
  plant('webhooks-know-events', 'webhooks', '../verification/ports.ts'),
  plant('shield-knows-verification', 'shield', '../delivery/ports.ts'),
  plant('front-knows-verification', 'front', '../delivery/ports.ts'),
  plant('wires-know-verification', 'wires/planted', '../../http/planted-route.ts'),
  plant('retention-knows-itself', 'retention', '../verification/ports.ts'),
  plant('telemetry-watches-ports', 'telemetry', '../verification/state.ts'),
  plant('access-knows-itself', 'access', '../verification/ports.ts'),
  plant('storage-implements-ports', 'storage/sqlite', '../../verification/comparison.ts'),
  plant('sql-lives-in-storage', 'http', 'better-sqlite3'),
  plant('http-never-reaches-inside', 'http', '../storage/sqlite/planted-store.ts'),
  plant('http-knows-services-and-ports', 'http', '../console/planted-page.ts'),
  plant('console-knows-http-and-admin', 'console', '../hashing/planted-hasher.ts'),
  plant('admin-knows-no-http', 'admin', '../http/planted-route.ts'),
  plant('nobody-imports-the-root', 'delivery', '../config/config.ts'),
  plant('nobody-imports-a-start', '.', './main.ts'),
  plant('product-uses-no-development-package', 'http', 'fast-check', 'value'),
  plant('everything-resolves', 'kernel', './no-such-file.ts'),
  {
    rule: 'packages-stand-alone',
    file: 'packages/client/src/planted.ts',
    line: "import 'node:crypto'\n",
  },
  {
    rule: 'packages-stand-alone',
    file: 'packages/client/src/planted.ts',
    line: "import '../../../src/kernel/errors.ts'\n",
  },
  {
    rule: 'service-knows-no-package',
    file: 'src/http/planted.ts',
    line: "import '../../packages/client/src/client.ts'\n",
  },
  { rule: 'no-cycles', file: 'src/kernel/planted-a.ts', line: "import './planted-b.ts'\n" },
]

/** Modules that the planted files import; they exist in the copy only. */
const TARGETS = [
  'src/delivery/planted-message.ts',
  'src/storage/sqlite/planted-store.ts',
  'src/hashing/planted-hasher.ts',
  'src/factors/planted-factor.ts',
  'src/console/planted-page.ts',
  'src/http/planted-route.ts',
]

function plant(rule: string, folder: string, target: string, kind = 'type'): Plant {
  const line =
    kind === 'type'
      ? `import type * as planted from '${target}'\nexport type Planted = typeof planted\n`
      : `import '${target}'\n`
  return { rule, file: join('src', folder, 'planted.ts'), line }
}

const CHECKER = resolve('node_modules/dependency-cruiser/bin/dependency-cruiser.mjs')

type Violation = { rule: { name: string }; from: string }
type Report = { summary: { violations: Violation[]; totalCruised: number } }

function cruise(root: string): Report['summary'] {
  const result = spawnSync(
    process.execPath,
    [CHECKER, 'src', 'packages', '--config', '.dependency-cruiser.cjs', '--output-type', 'json'],
    { cwd: root, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 },
  )
  if (result.stdout === '') throw new Error(`the checker printed nothing: ${result.stderr}`)
  return (JSON.parse(result.stdout) as Report).summary
}

/** A copy of what the checker reads, below the project so that its packages are found. */
function copyProject(): string {
  mkdirSync('dist', { recursive: true })
  const root = mkdtempSync(resolve('dist', 'check-imports-'))
  for (const name of [
    'src',
    'packages',
    '.dependency-cruiser.cjs',
    'tsconfig.json',
    'package.json',
  ])
    cpSync(name, join(root, name), { recursive: true })
  return root
}

function check(root: string): string[] {
  const faults: string[] = []
  const clean = cruise(root)
  if (clean.totalCruised === 0) faults.push('the checker sees no module at all')
  for (const { rule, from } of clean.violations) faults.push(`${from} breaks ${rule.name}`)
  for (const file of TARGETS) writeFileSync(join(root, file), 'export type Target = string\n')
  // One run for all: a violation is recognised by its rule and its file.
  PLANTS.forEach(({ file, line }, i) => {
    const path = join(root, planted(file, i))
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, line)
  })
  const first = planted('src/kernel/planted-a.ts', PLANTS.length - 1)
  appendFileSync(
    join(root, dirname(first), 'planted-b.ts'),
    `import './${first.split('/').at(-1)}'\n`,
  )
  const { violations } = cruise(root)
  PLANTS.forEach(({ rule, file }, i) => {
    const isCaught = violations.some(
      ({ rule: broken, from }) => broken.name === rule && from === planted(file, i),
    )
    if (!isCaught) faults.push(`planted in ${file}, not caught: ${rule}`)
  })
  return faults
}

function planted(file: string, i: number): string {
  return file.replace(/\.ts$/, `-${i}.ts`)
}

const root = copyProject()
try {
  const faults = check(root)
  for (const fault of faults) console.error(fault)
  if (faults.length === 0) console.log(`${PLANTS.length} planted violations, each caught`)
  process.exitCode = faults.length === 0 ? 0 : 1
} finally {
  rmSync(root, { recursive: true, force: true })
}
