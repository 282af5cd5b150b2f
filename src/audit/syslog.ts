// An event as a syslog message (RFC 5424), and its frames: octet counting on a stream (RFC 6587 §3.4.1), one datagram by UDP.
// It must not let a text of the event into the header.

import { hostname } from 'node:os'
import type { AuditLine } from './sink.ts'

/** Facility 13 (log audit), severity 6 (informational): RFC 5424 §6.2.1. */
const PRIORITY = 13 * 8 + 6
const APP_NAME = 'countersign'
const MAX_MESSAGE_ID = 32
const MAX_HOST_NAME = 255

/** PRINTUSASCII, or the nil value. */
const headerText = (text: string, most: number) =>
  text.replaceAll(/[^\x21-\x7e]/g, '').slice(0, most) || '-'

export function createSyslogMessage(host = hostname(), processId = process.pid) {
  const from = `${headerText(host, MAX_HOST_NAME)} ${APP_NAME} ${processId}`
  return ({ type, at, text }: AuditLine): Buffer =>
    Buffer.from(
      `<${PRIORITY}>1 ${new Date(at).toISOString()} ${from} ${headerText(type, MAX_MESSAGE_ID)} - ${text}`,
    )
}

/** A length and a space: no byte of the message can end its frame. */
export function toFrame(message: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${message.length} `), message])
}
