// Where the page of one verification is.
// It must not hold anything of a person.

export const attemptPath = (id: string) => `/admin/attempts/${id}`
