// What a bundle for browsers gets in place of the client: an API key there would be everybody's.
// It must not export anything that works.

/** Bundlers want the names; nothing after the import runs. */
export class Countersign {}
export class CountersignError extends Error {}

throw new Error(
  'Countersign: @countersign/client holds an API key, which must not reach a browser. Call it on your server; in the browser use @countersign/client/browser with a view token.',
)
