#!/usr/bin/env node
// The command's entry. It must run on any Node, if only to say that it is too old.

import { existsSync } from 'node:fs'

const NODE_MAJOR = 26

if (Number(process.versions.node.split('.')[0]) < NODE_MAJOR) {
  process.stderr.write(
    `Countersign needs Node ${NODE_MAJOR} or newer, and this is Node ${process.versions.node}: use npx countersign, which finds its own.\n`,
  )
  process.exit(1)
}

// A clone runs its sources; the image has the bundle alone.
const source = new URL('../src/cli.ts', import.meta.url)
const { runCli } = await import(
  existsSync(source) ? source.href : new URL('../dist/cli.js', import.meta.url).href
)
process.exitCode = await runCli(process.argv.slice(2), {
  env: process.env,
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  isLive: process.stderr.isTTY === true,
})
