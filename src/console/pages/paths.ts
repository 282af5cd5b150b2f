// Where the pages of one verification and of one person are.
// It must not hold anything of a person: `sealed` is opaque.

export const attemptPath = (id: string) => `/admin/attempts/${id}`

export const personPath = (sealed: string) => `/admin/person?who=${sealed}`
