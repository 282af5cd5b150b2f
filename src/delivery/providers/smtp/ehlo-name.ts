// The name that this client says to a mail server first (EHLO, RFC 5321 §4.1.1.1).
// It must not be a name without a dot, or a loopback address: servers refuse those (cal.com 13769, nextcloud 25716).

/** A domain of two labels at least, or an address literal. Nothing that could end the command. */
export const EHLO_NAME =
  /^(?:(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?|\[[0-9a-z.:]{2,60}\])$/i

/** Names that every machine may have. */
const OF_ANY_HOST = /(^|\.)localhost$|\.localdomain$/i

/**
 * @param configured wins
 * @param host the machine's own name: in a container twelve hexadecimal digits
 * @param sender the domain of MAIL_FROM
 * @returns null: the library's own default, an address literal
 */
export function chooseEhloName(
  configured: string | null,
  host: string,
  sender: string,
): string | null {
  if (configured !== null) return configured // mutant: C67.ehlo-setting-wins
  const named = [host, sender].find((name) => EHLO_NAME.test(name) && !OF_ANY_HOST.test(name)) // mutants: C67.ehlo-sender-domain C67.ehlo-generic-name
  return named ?? null
}
