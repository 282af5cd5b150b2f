// Renders what docs/testing.md and ARCHITECTURE.md say of invariants, defences and cases.
export function pages(): [string, string][] {
  return []
}
