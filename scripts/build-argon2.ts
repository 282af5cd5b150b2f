// Compiles the argon2 package's own sources for AVX2: the same hashes in half the time of its portable build.
// It must not replace that build: a processor without AVX2 uses it (main.ts decides).

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'

const SOURCE = 'node_modules/argon2'
const LIBRARY = join(SOURCE, 'argon2')
const BLOCKS = 'scripts/argon2-blocks.h'
/** As in the package's binding.gyp for x64, but for opt.c, the one with vector instructions: ours takes its place. */
const C_FILES = [
  ...['argon2', 'core', 'encoding', 'thread', 'blake2/blake2b'].map(
    (name) => `${LIBRARY}/src/${name}.c`,
  ),
  'scripts/argon2-fill.c',
]
/** From the package's binding.gyp, plus -mavx2. -mtune stays general: the image runs on another machine. */
const FLAGS = [
  '-O3',
  '-mavx2',
  '-fPIC',
  '-pthread',
  '-fvisibility=hidden',
  '-DNDEBUG',
  '-D_FORTIFY_SOURCE=2',
]
const C_INCLUDES = [`-I${LIBRARY}/include`, `-I${LIBRARY}/src`]
const CPP_FLAGS = [
  ...FLAGS,
  ...['-std=c++20', '-fexceptions', '-fno-rtti', '-DNAPI_VERSION=8'],
  ...['-DNODE_ADDON_API_DISABLE_DEPRECATED', '-DNODE_API_NO_EXTERNAL_BUFFERS_ALLOWED'],
  ...['-DBUILDING_NODE_EXTENSION', '-DNODE_GYP_MODULE_NAME=argon2'],
  ...['-Inode_modules/node-api-headers/include', '-Inode_modules/node-addon-api', `-I${SOURCE}`],
]

/** The path at which node-gyp-build finds it, below the folder that ARGON2_PREBUILD names. */
export const BINARY = 'build/Release/argon2.node'

/** Where the package's binding leaves memory to malloc, ours keeps it (argon2-blocks.h). */
const HOOKS = [
  ['ctx.allocate_cbk = nullptr;', 'ctx.allocate_cbk = blocks::take;'],
  ['ctx.free_cbk = nullptr;', 'ctx.free_cbk = blocks::keep;'],
  ['void OnOK() override {', 'void OnOK() override {\n blocks::watch(Env());'],
] as const

/** @throws where the package's source is no longer in the form known here */
export function hookBlocks(source: string): string {
  return HOOKS.reduce((text, [theirs, ours]) => {
    const parts = text.split(theirs)
    if (parts.length !== 2) throw new Error(`argon2.cpp has not exactly one "${theirs}"`)
    return parts.join(ours)
  }, source)
}

type Hash = (input: Record<string, unknown>) => Promise<Uint8Array>

/** One hash with all the service's parameters, by a binary of the package. */
function hashWith(path: string): Promise<Uint8Array> {
  const { hash } = createRequire(import.meta.url)(path) as { hash: Hash }
  return hash({
    ...{ password: Buffer.from('123456'), salt: Buffer.alloc(16, 1), secret: Buffer.alloc(32, 2) },
    ...{
      data: Buffer.from('vrf_0'),
      hashLength: 32,
      m: 19_456,
      t: 2,
      p: 1,
      version: 0x13,
      type: 2,
    },
  })
}

/**
 * @param folder receives build/Release/argon2.node
 * @throws without a compiler, or where both builds hash differently
 */
export async function buildArgon2(folder: string, portable: string): Promise<void> {
  const objects = mkdtempSync(join(tmpdir(), 'argon2-'))
  const out = resolve(folder, BINARY)
  mkdirSync(join(out, '..'), { recursive: true })
  const run = (command: string, ...words: string[]) =>
    void execFileSync(command, words, { stdio: 'inherit' })
  try {
    const made = C_FILES.map((file) => {
      const object = join(objects, `${basename(file)}.o`)
      run('gcc', ...FLAGS, ...C_INCLUDES, '-c', file, '-o', object)
      return object
    })
    const binding = join(objects, 'argon2.cpp')
    writeFileSync(binding, hookBlocks(readFileSync(join(SOURCE, 'argon2.cpp'), 'utf8')))
    run(
      'g++',
      ...CPP_FLAGS,
      '-shared',
      ...['-include', BLOCKS, binding],
      ...made,
      '-s',
      '-Wl,--gc-sections',
      '-o',
      out,
    )
  } finally {
    rmSync(objects, { recursive: true })
  }
  // A builder without AVX2 cannot run its own build.
  if (!/\bavx2\b/.test(readFileSync('/proc/cpuinfo', 'latin1'))) return
  const [fast, slow] = await Promise.all([hashWith(out), hashWith(resolve(portable))])
  if (!Buffer.from(fast).equals(slow)) throw new Error('the AVX2 build hashes differently')
}
