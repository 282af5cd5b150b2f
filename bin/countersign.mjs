#!/usr/bin/env node
// The command's entry. It must run on any Node, if only to report that it is too old.

import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'

const NODE_MAJOR = 26

if (Number(process.versions.node.split('.')[0]) < NODE_MAJOR) {
  process.stderr.write(
    `Countersign needs Node ${NODE_MAJOR} or newer, but this is Node ${process.versions.node}: use npx countersign, which finds its own Node.\n`,
  )
  process.exit(1)
}

// `countersign tail | head` is not an error: what nobody reads is not written.
const reader = new AbortController()
process.stdout.on('error', (error) => {
  if (error.code !== 'EPIPE') throw error
  reader.abort()
})

function ask(question) {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  return new Promise((resolve) => {
    lines.once('close', () => resolve(''))
    lines.question(question, (answer) => {
      resolve(answer)
      lines.close()
    })
  })
}

// A clone runs its sources; the image has only the bundle.
const source = new URL('../src/cli.ts', import.meta.url)
const { runCli } = await import(
  existsSync(source) ? source.href : new URL('../dist/cli.js', import.meta.url).href
)
process.exitCode = await runCli(process.argv.slice(2), {
  env: process.env,
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  isLive: process.stderr.isTTY === true,
  ...(process.stdin.isTTY && { ask }),
  gone: reader.signal,
})
