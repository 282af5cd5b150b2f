// Sign-in by OpenID Connect: what is set up, what one sign-in keeps until it is back, and how it can fail.

import type { Identity, RoleRule } from '../identities.ts'

export type OidcConfig = {
  /** As the provider writes it: compared whole. */
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** For the button. */
  readonly name: string
  readonly scope: string
  /** A claim's name, or a path to it with dots. */
  readonly rolesClaim: string
  readonly rules: readonly RoleRule[]
  /** The origin at which people open the console. */
  readonly consoleUrl: string
}

/** Kept by the browser, sealed, between the way to the provider and the way back. */
export type Flow = {
  state: string
  nonce: string
  verifier: string
  /** Random: begins one session. */
  seed: string
  /** The page that the visitor wanted. */
  to: string
  startedAt: number
}

export const FAILURES = [
  /** No answer, none in time, one that is too long, or an error of its own. */
  'unreachable',
  /** What both sides were told does not fit: issuer, client, secret, redirect URI. */
  'set_up_wrong',
  /** The provider, or the person there, said no. */
  'denied',
  /** Its code was used before or is too old. */
  'code_refused',
  /** A token that is forged, expired, for another client, or of another provider or sign-in. */
  'untrusted',
  /** None of their roles is named by the settings. */
  'no_role',
  /** There is no such claim, or it is no text and no list of texts. */
  'no_role_claim',
  /** Too many at once on this node. */
  'busy',
] as const

/** `word` is for the log: bounded, of the library or the provider's error code, nothing of a token. */
export type Failed = { kind: (typeof FAILURES)[number]; word: string }

export type OidcProvider = {
  /** The address to send the browser to. */
  begin(to: string): Promise<{ kind: 'begun'; url: string; flow: Flow } | Failed>
  /** @param search of the address that the browser came back to */
  finish(flow: Flow, search: string): Promise<{ kind: 'known'; identity: Identity } | Failed>
  /** Where the browser ends the provider's own session; undefined: nowhere, or it cannot be reached. */
  signOutUrl(): Promise<string | undefined>
}

/** Where the provider sends the browser back to, below the console's origin: registered there. */
export const CALLBACK_PATH = '/admin/sign-in/oidc/callback'
export const SIGNED_OUT_PATH = '/admin/sign-in/out'
