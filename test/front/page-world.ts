// A service whose hosted page leads back to a login flow, and that flow: it begins, is led back to, and exchanges.
// It must not let anybody in by a status.

import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { type Steered, startSteered } from '../e2e/steered-service.ts'

export type Started = { id: string; token: string; url: string; session: string }
export type Back = { url: URL; result: { status: number; body: Record<string, unknown> } | null }

export type PageWorld = Steered & {
  returnUrl: string
  begin(body?: object): Promise<Started>
  /** What came back to the login flow, the newest last. */
  backs: Back[]
  exchange(approval: string, session: string): Promise<Back['result']>
}

/** @param env beside RETURN_URLS */
export async function startPageWorld(env: Record<string, string> = {}): Promise<PageWorld> {
  const backs: Back[] = []
  const sessions = new Map<string, string>()
  let steered: Steered | undefined
  const exchange = async (approval: string, session: string) => {
    const answer = await (steered as Steered).client.post('/approvals/exchange', {
      approval,
      session,
    })
    return { status: answer.status, body: answer.body }
  }
  const flow = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://flow')
    const [approval, id] = [url.searchParams.get('approval'), url.searchParams.get('verification')]
    const session = sessions.get(id ?? '')
    const result = approval && session ? await exchange(approval, session) : null
    backs.push({ url, result })
    response.setHeader('Content-Type', 'text/html')
    response.end(`<title>${result?.status === 200 ? 'Welcome' : 'Start over'}</title>`)
  })
  await new Promise<void>((resolve) => flow.listen(0, '127.0.0.1', resolve))
  const { port } = flow.address() as { port: number }
  const returnUrl = `http://127.0.0.1:${port}/login/back`
  const world = await startSteered({ RETURN_URLS: returnUrl, BRAND_NAME: 'Acme', ...env })
  steered = world
  return {
    ...world,
    returnUrl,
    backs,
    exchange,
    async begin(body = {}) {
      const session = randomBytes(16).toString('hex')
      const given = { to: '+14155552671', session, return_url: returnUrl, ...body }
      const { body: started, status } = await world.client.post('/verify/start', given)
      if (status !== 201) throw new Error(JSON.stringify(started))
      sessions.set(started.id, session)
      const { view_token: token } = started
      return { id: started.id, token, url: `${world.url}/v/${token}`, session }
    },
    async close() {
      await world.close()
      flow.closeAllConnections()
      await new Promise((resolve) => flow.close(resolve))
    },
  }
}
