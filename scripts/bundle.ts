// Builds dist/image: the service and its command as one bundle, with only the files that they read.
// It must not include anything that does not run: the image is this folder.

import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { build, type Metafile, type Plugin, transform } from 'esbuild'
import { buildArgon2 } from './build-argon2.ts'

function optionOf(name: string): string | undefined {
  return process.argv.find((_word, i) => process.argv[i - 1] === name)
}

/** `--out`: another folder, as in the tests. */
const OUT = optionOf('--out') ?? 'dist/image'

/** Native code is found beside its package: these stay packages, reduced to the files that run here. */
const NATIVE = ['argon2', 'better-sqlite3'] as const

/** `export const { a, b } = require('x') as …`, and `const x = require('x') as …`. */
const REQUIRED_NAMES = /^export const (\{[^}]*\}) =\s*require\('([^']*)'\) as .*\n/gm
const REQUIRED_WHOLE = /^(export )?const (\w+) = require\('([^']*)'\) as .*\n/gm

/**
 * The two files that import drizzle `require` its CommonJS build, for Node's sake. A bundler does
 * better with its ES modules: it drops unused exports, and with them 20 ms of each start.
 */
const bundleDrizzle: Plugin = {
  name: 'bundle-drizzle',
  setup({ onLoad }) {
    onLoad({ filter: /storage\/(sqlite|postgres)\/drizzle\.ts$/ }, ({ path }) => {
      const contents = readFileSync(path, 'utf8')
        .replace(/^import \{ createRequire \}.*\n/m, '')
        .replace(/^const require = createRequire\(.*\n/m, '')
        .replace(REQUIRED_NAMES, "import $1 from '$2'\nexport $1\n")
        .replace(REQUIRED_WHOLE, (_, exported: string | undefined, name: string, from: string) =>
          exported
            ? `import ${name} from '${from}'\nexport { ${name} }\n`
            : `import * as ${name} from '${from}'\n`,
        )
      if (/require\(/.test(contents)) throw new Error(`${path} requires in a form not known here`)
      return { contents, loader: 'ts' }
    })
  },
}

/** The pages' scripts are files in a clone; in the bundle they are text, without comments. */
const inlineScripts: Plugin = {
  name: 'inline-scripts',
  setup({ onLoad }) {
    onLoad({ filter: /\/src\/.*\/scripts\.ts$/ }, async ({ path }) => {
      const source = readFileSync(path, 'utf8')
      const lines = [...source.matchAll(/^export const (\w+) = read\('([\w.-]+)'\)$/gm)].map(
        async ([, name, file = '']) => {
          const text = readFileSync(join(dirname(path), 'browser', file), 'utf8')
          const { code } = await transform(text, { minifyWhitespace: true, minifySyntax: true })
          return `export const ${name} = ${JSON.stringify(code)}`
        },
      )
      if (lines.length === 0) throw new Error(`${path} names no script in a form known here`)
      return { contents: (await Promise.all(lines)).join('\n'), loader: 'js' }
    })
  },
}

/**
 * Packages of which the service runs only a part; the rest would be parsed at every start and kept in memory.
 * Each part replaces its whole, with the same names.
 */
const PARTS = [
  // The index loads fetch, caches, mocks, WebSocket and more besides the one class in use.
  {
    filter: /^undici$/,
    contents: `export { default as Agent } from 'undici/lib/dispatcher/agent.js'`,
  },
  // The index loads each of its sixteen stores, and Node's cluster with them.
  {
    filter: /^rate-limiter-flexible$/,
    contents: ['RateLimiterRes', 'RateLimiterSQLite', 'RateLimiterPostgres', 'RateLimiterRedis']
      .map((name) => `exports.${name} = require('rate-limiter-flexible/lib/${name}.js')`)
      .join(';'),
  },
  // The index loads the push gateway and the aggregation of processes, and with them Node's http, zlib and cluster.
  {
    filter: /^prom-client$/,
    contents: Object.entries({
      ...{ Counter: 'counter', Gauge: 'gauge', Histogram: 'histogram', Registry: 'registry' },
      collectDefaultMetrics: 'defaultMetrics',
    })
      .map(([name, file]) => `exports.${name} = require('prom-client/lib/${file}.js')`)
      .join(';'),
  },
  // Used by prom-client for exemplars only, which are off.
  { filter: /^@opentelemetry\/api$/, contents: 'module.exports = {}' },
  // Error texts in about fifty languages: ours are English.
  {
    filter: /\/locales\/index\.js$/,
    contents: `export { default as en } from 'zod/v4/locales/en.js'`,
  },
] as const

const onlyParts: Plugin = {
  name: 'only-parts',
  setup({ onResolve, onLoad }) {
    for (const [index, { filter }] of PARTS.entries())
      onResolve({ filter }, ({ importer, kind }) =>
        kind === 'entry-point' || importer === ''
          ? undefined
          : { path: String(index), namespace: 'part' },
      )
    onLoad({ filter: /.*/, namespace: 'part' }, ({ path }) => ({
      contents: PARTS[Number(path)]?.contents ?? '',
      resolveDir: process.cwd(),
    }))
  },
}

/**
 * An ES import of node:http reads each of its exports, and some are getters that load Node's own
 * fetch and WebSocket (30 ms at start). With require, only the exports in use are read.
 */
const lazyHttp: Plugin = {
  name: 'lazy-http',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(node:)?https?$/ }, ({ path, kind }) =>
      kind === 'import-statement'
        ? { path: path.replace(/^node:/, ''), namespace: 'lazy-http' }
        : undefined,
    )
    onLoad({ filter: /.*/, namespace: 'lazy-http' }, ({ path }) => ({
      contents: `module.exports = require('node:${path}')`,
    }))
  },
}

async function bundle(): Promise<Metafile> {
  const { metafile } = await build({
    entryPoints: ['src/main.ts', 'src/cli.ts', 'src/service/database-thread.ts'],
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
    plugins: [bundleDrizzle, inlineScripts, onlyParts, lazyHttp],
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
function writeLicences(metafile: Metafile): number {
  const packages = new Set<string>(['@phc/format', 'node-gyp-build', ...NATIVE])
  for (const input of Object.keys(metafile.inputs)) {
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
const metafile = await bundle()
copyNative()
// --avx2, as in the Dockerfile, needs a compiler. Without it the image has the portable build only.
if (process.argv.includes('--avx2') && process.arch === 'x64' && libc() === 'glibc')
  await buildArgon2(
    join(OUT, 'node_modules/argon2/avx2'),
    'node_modules/argon2/prebuilds/linux-x64/argon2.glibc.node',
  )
for (const file of ['drizzle/sqlite', 'drizzle/postgres', 'bin/countersign.mjs', 'LICENSE'])
  copy(file)
chmodSync(join(OUT, 'bin/countersign.mjs'), 0o755)
writePackage()
const count = writeLicences(metafile)
const bytes = Object.values(metafile.outputs).reduce((sum, output) => sum + output.bytes, 0)
console.log(
  `${dirname(join(OUT, 'dist/x'))}: ${Math.round(bytes / 1024)} KiB from ${count} packages`,
)
