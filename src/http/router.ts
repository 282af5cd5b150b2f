// Finds a request's handlers. Routes without a parameter are looked up once: Hono's trie splits, sorts and joins each time.
// It must not keep anything under a path that a stranger chose.

import type { Result, Router } from 'hono/router'
import { TrieRouter } from 'hono/router/trie-router'

export function createRouter<T>(): Router<T> {
  const trie = new TrieRouter<T>()
  const fixedPaths = new Set<string>()
  const found = new Map<string, Result<T>>()
  return {
    name: 'trie, and fixed paths',
    add(method, path, handler) {
      if (!/[:*]/.test(path)) fixedPaths.add(path)
      trie.add(method, path, handler)
    },
    match(method, path) {
      if (!fixedPaths.has(path)) return trie.match(method, path)
      const name = `${method} ${path}`
      const result = found.get(name) ?? trie.match(method, path)
      found.set(name, result)
      return result
    },
  }
}
