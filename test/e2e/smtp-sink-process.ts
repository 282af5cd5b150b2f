// Starts the SMTP sink and collects what it took.

import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

export type SinkMail = { to: string; code: string | null }
export type SmtpSink = { port: number; mails: SinkMail[]; stop(): Promise<void> }

export async function startSmtpSink(): Promise<SmtpSink> {
  const child = spawn(process.execPath, ['test/e2e/smtp-sink.ts'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const mails: SinkMail[] = []
  const port = await new Promise<number>((resolve, reject) => {
    void exited.then(() => reject(new Error('the SMTP sink ended')))
    createInterface({ input: child.stdout }).on('line', (line) => {
      const told = JSON.parse(line) as SinkMail | { port: number }
      if ('port' in told) resolve(told.port)
      else mails.push(told)
    })
  })
  return {
    port,
    mails,
    async stop() {
      child.kill('SIGKILL')
      await exited
    },
  }
}
