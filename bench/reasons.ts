// Why a figure falls short of its target, as far as it is known: written by hand, after looking.
// It must not excuse what was not looked into.

export const REASONS: Readonly<Record<string, string>> = {}
