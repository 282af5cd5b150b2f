// The Dockerfile and .dockerignore: a file that the build copies must get into its context.

import { existsSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

it('each file that the Dockerfile copies exists, and .dockerignore lets it through', () => {
  const copied = [...readFileSync('Dockerfile', 'utf8').matchAll(/^COPY (?!--from)(.+) \S+$/gm)]
    .flatMap(([, sources = '']) => sources.split(' '))
    .toSorted()
  const allowed = readFileSync('.dockerignore', 'utf8').matchAll(/^!(.+)$/gm)
  expect(copied).toContain('src')
  expect(copied.filter((path) => !existsSync(path))).toEqual([])
  expect([...allowed].map(([, path]) => path).toSorted()).toEqual(copied)
})
