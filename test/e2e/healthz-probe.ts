// Asks a URL every 10 ms from a process of its own (a busy test would measure itself) until stdin ends,
// then prints the milliseconds of each answer as JSON. Run by c36-flood.test.ts.

import { Agent, get } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'

const EVERY_MS = 10
const url = process.argv[2] ?? ''
const agent = new Agent({ keepAlive: true })
const took: number[] = []
let isAsking = true

function ask(): Promise<void> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`answered ${response.statusCode}`))
      response.resume().on('end', resolve)
    }).on('error', reject)
  })
}

process.stdin.resume().on('end', () => {
  isAsking = false
})
// The first makes the connection.
await ask()
process.stdout.write('ready\n')
while (isAsking) {
  const start = performance.now()
  await ask()
  took.push(performance.now() - start)
  await pause(EVERY_MS)
}
process.stdout.write(`${JSON.stringify(took)}\n`)
agent.destroy()
