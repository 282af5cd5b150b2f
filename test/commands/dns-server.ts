// A name server on UDP (RFC 1035 §4.1) that knows the TXT records it is given, and says that no other name is there.
// It must not ask anybody else.

import { createSocket } from 'node:dgram'
import { once } from 'node:events'

const TYPE_TXT = 16
const CLASS_IN = 1
/** An answer, authoritative, recursion available; the last four bits are the code. */
const ANSWER_FLAGS = 0x8580
const NAME_ERROR = 3
/** A pointer to the name in the question, which stands behind the header. */
const SAME_NAME = 0xc00c
const HEADER_BYTES = 12
const MAX_STRING = 255

export type DnsServer = {
  /** As a resolver is told of it. */
  address: string
  /** Names in the order in which they were asked for. */
  asked: string[]
  close(): void
}

/** The name and where the question ends. */
function readQuestion(packet: Buffer): { name: string; end: number } {
  const labels: string[] = []
  let at = HEADER_BYTES
  for (let length = packet[at] ?? 0; length > 0; length = packet[at] ?? 0) {
    labels.push(packet.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  return { name: labels.join('.').toLowerCase(), end: at + 5 }
}

/** In strings of 255 bytes at the most, as long keys are published. */
function encodeText(text: string): Buffer {
  const parts = text.match(new RegExp(`.{1,${MAX_STRING}}`, 'g')) ?? ['']
  return Buffer.concat(parts.map((part) => Buffer.from([part.length, ...Buffer.from(part)])))
}

function encodeRecord(text: string): Buffer {
  const data = encodeText(text)
  const head = Buffer.alloc(12)
  head.writeUInt16BE(SAME_NAME, 0)
  head.writeUInt16BE(TYPE_TXT, 2)
  head.writeUInt16BE(CLASS_IN, 4)
  head.writeUInt16BE(data.length, 10)
  return Buffer.concat([head, data])
}

/** @param records by name; `silent`: no answer ever */
export async function startDnsServer(
  records: Readonly<Record<string, readonly string[]>> | 'silent',
): Promise<DnsServer> {
  const socket = createSocket('udp4')
  const asked: string[] = []
  socket.on('message', (packet, { port, address }) => {
    const { name, end } = readQuestion(packet)
    asked.push(name)
    if (records === 'silent') return
    const found = records[name] ?? []
    const head = Buffer.alloc(HEADER_BYTES)
    packet.copy(head, 0, 0, 2)
    head.writeUInt16BE(ANSWER_FLAGS | (name in records ? 0 : NAME_ERROR), 2)
    head.writeUInt16BE(1, 4)
    head.writeUInt16BE(found.length, 6)
    const answer = [head, packet.subarray(HEADER_BYTES, end), ...found.map(encodeRecord)]
    socket.send(Buffer.concat(answer), port, address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return {
    address: `127.0.0.1:${socket.address().port}`,
    asked,
    close: () => void socket.close(),
  }
}
