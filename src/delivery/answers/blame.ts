// The words for whose fault it is that a message is refused, or did not arrive; providers find them in ports.ts.

/** `code` is the provider's own (or ours: `timeout`, `connection_refused`); `message` is short, one line, without the recipient or the code. */
export type ProviderError = { code: string; message: string }

export const FAULTS = ['recipient', 'message', 'destination', 'account'] as const
/**
 * Whose fault a permanent refusal is, which decides what helps:
 * - `recipient` (no such number, a landline, opted out, no such mailbox): no other provider reaches them either.
 * - `message` (its text, its size, a form that this provider cannot carry): another provider may take it.
 * - `destination` (a country that is not enabled, a sender or template that is not registered there): nothing from this
 *   account and sender gets there; another provider may.
 * - `account` (its credentials, its state, its balance, or the settings that name it): nothing from it goes anywhere;
 *   another provider may take it. Never said where a recipient could bring the answer about and the provider has a way
 *   to tell: a stranger would silence the account.
 */
export type Fault = (typeof FAULTS)[number]
