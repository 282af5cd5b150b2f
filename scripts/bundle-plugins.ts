// What the bundle leaves out of packages and of Node, so that a start loads only what runs.
// It must not change what a package does.

import { readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join } from 'node:path'
import { type Plugin, transform } from 'esbuild'

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
 * Each part replaces its whole, with the same names. `of`: for this package alone.
 */
const PARTS: readonly { filter: RegExp; of?: RegExp; contents: string }[] = [
  // The index loads fetch, caches, mocks, WebSocket and more besides the two parts in use.
  {
    filter: /^undici$/,
    contents: `export { default as Agent } from 'undici/lib/dispatcher/agent.js'
      export { default as buildConnector } from 'undici/lib/core/connect.js'`,
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
  // Used by prom-client for exemplars only, which are off. Traces use it, too: theirs stays.
  {
    filter: /^@opentelemetry\/api$/,
    of: /\/prom-client\//,
    contents: 'module.exports = {}',
  },
  // Error texts in about fifty languages: ours are English.
  {
    filter: /\/locales\/index\.js$/,
    contents: `export { default as en } from 'zod/v4/locales/en.js'`,
  },
]

const onlyParts: Plugin = {
  name: 'only-parts',
  setup({ onResolve, onLoad }) {
    for (const [index, { filter, of }] of PARTS.entries())
      onResolve({ filter }, ({ importer, kind }) =>
        kind === 'entry-point' || importer === '' || (of && !of.test(importer))
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
 * An ES import of a module of Node reads each of its exports, and some are getters that load more: fetch and WebSocket
 * behind node:http (30 ms at start), WebCrypto behind node:crypto, streams behind node:fs. With require, only the exports
 * in use are read.
 */
const lazyBuiltins: Plugin = {
  name: 'lazy-builtins',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(node:)?[a-z][a-z0-9_/]*$/ }, ({ path, kind }) =>
      kind === 'import-statement' && isBuiltin(path)
        ? { path: path.replace(/^node:/, ''), namespace: 'lazy-builtin' }
        : undefined,
    )
    onLoad({ filter: /.*/, namespace: 'lazy-builtin' }, ({ path }) => ({
      contents: NOT_SPOKEN[path] ?? `module.exports = require('node:${path}')`,
    }))
  },
}

/** Hono's adapter asks of each request whether it is HTTP/2, which the service does not speak: it would be loaded for a "no". */
const NOT_SPOKEN: Readonly<Record<string, string>> = {
  http2: 'exports.Http2ServerRequest = class {}; exports.constants = {}',
}

export const PLUGINS: readonly Plugin[] = [bundleDrizzle, inlineScripts, onlyParts, lazyBuiltins]
