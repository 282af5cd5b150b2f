// Builds packages/*/dist: a module for each entry that a package exports, and with --types its declarations and licence.
// It must not decide what a package ships: its own package.json does, by `exports` and `files`.

import { execFileSync } from 'node:child_process'
import { copyFileSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { build, type Plugin, transform } from 'esbuild'

const ROOT = join(import.meta.dirname, '..')
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc')

/** Every file that a condition of `exports` names. */
function filesIn(exports: unknown): string[] {
  if (typeof exports === 'string') return [exports]
  return Object.values((exports ?? {}) as object).flatMap(filesIn)
}

/** `./dist/webhooks.js` is made from `src/webhooks.ts`. */
function entriesOf(folder: string): string[] {
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const modules = filesIn(exports).filter((file) => file.endsWith('.js'))
  return [...new Set(modules)].map((file) => join(folder, 'src', `${basename(file, '.js')}.ts`))
}

/** Pages load it as it is, without a bundler between. */
const FOR_PAGES = ['element']

/** A style sheet that a module imports is its text, without blanks and comments. */
const STYLE_AS_TEXT: Plugin = {
  name: 'style-as-text',
  setup({ onLoad }) {
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(readFileSync(path, 'utf8'), { loader: 'css', minify: true })
      return { contents: code.trim(), loader: 'text' }
    })
  },
}

export async function buildPackage(folder: string): Promise<void> {
  await build({
    entryPoints: entriesOf(folder),
    outdir: join(folder, 'dist'),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    legalComments: 'none',
    ...(FOR_PAGES.includes(basename(folder)) && { minify: true, chunkNames: '[name]' }),
    plugins: [STYLE_AS_TEXT],
  })
}

/** Declarations import each other by the names that the compiler of any version finds. */
function writeDeclarations(folder: string): void {
  execFileSync(process.execPath, [TSC, '-p', folder], { stdio: 'inherit' })
  for (const file of globSync('dist/**/*.d.ts', { cwd: folder })) {
    const text = readFileSync(join(folder, file), 'utf8')
    writeFileSync(
      join(folder, file),
      text.replaceAll(/((?:from |import\()')(\.[^']+)\.ts'/g, "$1$2.js'"),
    )
  }
}

if (import.meta.main)
  for (const folder of globSync('packages/*', { cwd: ROOT }).map((path) => resolve(ROOT, path))) {
    // Packed by npm in its own folder: that one alone.
    if (process.cwd() !== ROOT && process.cwd() !== folder) continue
    await buildPackage(folder)
    if (!process.argv.includes('--types')) continue
    writeDeclarations(folder)
    copyFileSync(join(ROOT, 'LICENSE'), join(folder, 'LICENSE'))
  }
