// A hook for `node --import`, and esbuild as the bundler then imports it: it writes a source map beside each file.
// It must not change the code that is bundled: a map is a file of its own, which nothing at run time reads.

import { createRequire, registerHooks } from 'node:module'
import { join } from 'node:path'

const esbuild = createRequire(join(process.cwd(), 'package.json'))('esbuild')

export const { transform } = esbuild
export const build = (options) => esbuild.build({ ...options, sourcemap: 'external' })

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'esbuild'
      ? { url: import.meta.url, shortCircuit: true }
      : next(specifier, context),
})
