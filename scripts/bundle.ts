// Builds dist/image: the service and its command as one bundle, with only the files that they read.
// It must not include anything that does not run: the image is this folder.

import {
  chmodSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { build, type Metafile } from 'esbuild'
import { buildArgon2 } from './build-argon2.ts'
import { PLUGINS } from './bundle-plugins.ts'

function optionOf(name: string): string | undefined {
  return process.argv.find((_word, i) => process.argv[i - 1] === name)
}

/** `--out`: another folder, as in the tests. */
const OUT = optionOf('--out') ?? 'dist/image'

/** Native code is found beside its package: these stay packages, reduced to the files that run here. */
const NATIVE = ['argon2', 'better-sqlite3'] as const

/**
 * Apart: what the service shared with the command or the thread would be cut into a chunk of its own wherever their
 * imports differ, 60 small files to find and read at each start in place of a few.
 */
const ENTRIES = ['src/main.ts', 'src/cli.ts', 'src/service/database-thread.ts']

async function bundle(entry: string): Promise<Metafile> {
  const { metafile } = await build({
    entryPoints: [entry],
    outbase: 'src',
    outdir: join(OUT, 'dist'),
    bundle: true,
    // Dynamic imports stay dynamic: main.ts sets the thread pool's size before the rest is loaded.
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node26',
    // Names are kept: they appear in the log's stack traces.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    metafile: true,
    external: [...NATIVE],
    plugins: [...PLUGINS],
    // Packages in CommonJS require Node's modules.
    banner: {
      js: "import{createRequire as bundleRequire}from'node:module';const require=bundleRequire(import.meta.url);",
    },
  })
  return metafile
}

/** glibc and musl have builds of their own; this is built where it will run. */
function libc(): 'glibc' | 'musl' {
  const report = process.report?.getReport() as { header?: { glibcVersionRuntime?: string } }
  return report.header?.glibcVersionRuntime || process.platform !== 'linux' ? 'glibc' : 'musl'
}

function copy(path: string): void {
  if (!existsSync(path)) throw new Error(`${path} is not there`)
  cpSync(path, join(OUT, path), { recursive: true })
}

function copyNative(): void {
  const platform = `${process.platform}-${process.arch}`
  const sqlitePlatform = libc() === 'musl' ? platform.replace('linux', 'linuxmusl') : platform
  copy('node_modules/better-sqlite3/package.json')
  copy('node_modules/better-sqlite3/lib')
  copy(`node_modules/better-sqlite3/prebuilds/${sqlitePlatform}.node`)
  copy('node_modules/argon2/package.json')
  copy('node_modules/argon2/argon2.cjs')
  const builds = readdirSync(`node_modules/argon2/prebuilds/${platform}`)
  for (const file of builds.filter((name) => name.includes(libc())))
    copy(`node_modules/argon2/prebuilds/${platform}/${file}`)
  // What argon2.cjs itself requires.
  copy('node_modules/@phc/format')
  copy('node_modules/node-gyp-build')
}

/** Everything that is shipped, with its licence: most licences demand it. */
function writeLicences(metafiles: readonly Metafile[]): number {
  const packages = new Set<string>(['@phc/format', 'node-gyp-build', ...NATIVE])
  for (const input of metafiles.flatMap(({ inputs }) => Object.keys(inputs))) {
    const name = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1]
    if (name) packages.add(name)
  }
  const texts = [...packages].sort().map((name) => {
    const folder = join('node_modules', name)
    const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one))
    const text = file ? readFileSync(join(folder, file), 'utf8').trim() : ''
    return `${name} ${version} (${license})\n\n${text}\n`
  })
  writeFileSync(join(OUT, 'THIRD-PARTY-LICENSES'), texts.join(`\n${'-'.repeat(80)}\n\n`))
  return packages.size
}

function writePackage(): void {
  const { name, version, license } = JSON.parse(readFileSync('package.json', 'utf8'))
  writeFileSync(
    join(OUT, 'package.json'),
    JSON.stringify({ name, version, license, type: 'module' }),
  )
}

rmSync(OUT, { recursive: true, force: true })
mkdirSync(join(OUT, 'dist'), { recursive: true })
const metafiles = await Promise.all(ENTRIES.map(bundle))
copyNative()
// --avx2, as in the Dockerfile, needs a compiler. Without it the image has the portable build only.
if (process.argv.includes('--avx2') && process.arch === 'x64' && libc() === 'glibc')
  await buildArgon2(
    join(OUT, 'node_modules/argon2/avx2'),
    'node_modules/argon2/prebuilds/linux-x64/argon2.glibc.node',
  )
for (const file of ['drizzle/sqlite', 'drizzle/postgres', 'bin/countersign.mjs', 'LICENSE'])
  copy(file)
// Served at /docs/….md.
for (const page of globSync('docs/**/*.md')) copy(page)
chmodSync(join(OUT, 'bin/countersign.mjs'), 0o755)
writePackage()
const count = writeLicences(metafiles)
const bytes = metafiles
  .flatMap(({ outputs }) => Object.values(outputs))
  .reduce((sum, output) => sum + output.bytes, 0)
console.log(
  `${dirname(join(OUT, 'dist/x'))}: ${Math.round(bytes / 1024)} KiB from ${count} packages`,
)
