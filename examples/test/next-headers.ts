// `next/headers` in the tests: the jar and the headers of one request, as Next.js gives them to a server action.
// It must not be more lenient: a cookie is a name, a value and its attributes.

export const jar = new Map<string, string>()

export async function cookies() {
  return {
    get(name: string) {
      const value = jar.get(name)
      return value === undefined ? undefined : { name, value }
    },
    set: (name: string, value: string, _attributes: object) => void jar.set(name, value),
    delete: (name: string) => void jar.delete(name),
  }
}

export async function headers() {
  return new Headers({ 'x-forwarded-for': '198.51.100.1, 203.0.113.7' })
}
