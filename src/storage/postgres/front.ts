// The front door's rows on PostgreSQL: written with a start, claimed by the first browser, used once.

import type { EventType } from '../../events/types.ts'
import type {
  Asked,
  FrontDoor,
  FrontMessage,
  FrontRequest,
  FrontStore,
  FrontUse,
} from '../../verification/front-ports.ts'
import type { RowBeside } from './beside.ts'
import type { Query } from './pool.ts'
import { actorText, camelRow, keptText, type Raw, toRecord } from './rows.ts'

const ASKED = 'nonce, shows_party, return_url, link, link_binding_mac'
const INTO = `front_doors (verification_id, ${ASKED})`
const TYPES = ['text', 'text', 'boolean', 'text', 'boolean', 'bytea']

const bindingOf = ({ linkBindingMac: mac }: FrontRequest) => mac && Buffer.from(mac)

export const frontRow = (id: string, request: FrontRequest): RowBeside => ({
  into: INTO,
  types: TYPES,
  values: [
    ...[id, request.nonce, request.showsParty, request.returnUrl],
    ...[request.link, bindingOf(request)],
  ],
})

const FIND = `select ${ASKED}, browser_mac, exchanged_at, consumed_at from front_doors where verification_id = $1`
const MESSAGE = [
  ...['send', 'channel', 'status', 'provider', 'error_code', 'queued_at', 'sent_at'],
  ...['delivered_at', 'timeout_ms'],
]
/** One moment of all three tables. */
const OPEN = `select f.*, to_jsonb(d) as door, (
    select jsonb_agg(jsonb_build_object(${MESSAGE.map((name) => `'${name}', m.${name}`).join()}) order by m.send)
    from deliveries m where m.verification_seq = f.seq) as messages
  from verification_rows_2 f left join front_doors d on d.verification_id = f.id where f.id = $1`
/** Erased meanwhile: there is nothing to write for. */
const AS_LONG_AS_IT_IS = 'from verifications where id = $1'
/** Without `link`: its mail was written before. */
const RENEW = `insert into front_doors as f (verification_id, nonce, shows_party, return_url)
  select $1::text, $2::text, $3::boolean, $4::text ${AS_LONG_AS_IT_IS}
  on conflict (verification_id) do update set nonce = excluded.nonce, shows_party = excluded.shows_party,
  return_url = excluded.return_url,
  link_binding_mac = case when f.link_binding_mac is not null then coalesce($5::bytea, f.link_binding_mac) end`
const CLAIM = `insert into front_doors (verification_id, browser_mac) select $1::text, $2::bytea ${AS_LONG_AS_IT_IS}
  on conflict (verification_id) do update set browser_mac = coalesce(front_doors.browser_mac, excluded.browser_mac)
  returning browser_mac`
const useOf = (
  column: string,
  type: EventType,
) => `with used as (insert into front_doors (verification_id, ${column})
  select $1::text, $2::bigint ${AS_LONG_AS_IT_IS}
  on conflict (verification_id) do update set ${column} = excluded.${column} where front_doors.${column} is null
  returning verification_id)
  insert into events (at, type, verification_seq, service, key_id, client_ip, user_agent, details)
  select $2::bigint, '${type}', v.seq, a.service, a."keyId", a."clientIp", a."userAgent", '{}'::jsonb
  from used join verifications v on v.id = used.verification_id,
    jsonb_to_record($3::jsonb) as a(service text, "keyId" text, "clientIp" text, "userAgent" text)
  returning cs_keep_answer_1($4::jsonb)`
const USES: Record<FrontUse, string> = {
  exchanged: useOf('exchanged_at', 'approval.exchanged'),
  consumed: useOf('consumed_at', 'approval.consumed'),
}

/** Of a check, in its own statement: what the approval of a verification is made with. */
export const ASKED_FIELDS = 'd.verification_id is not null as is_asked, d.nonce, d.shows_party'
export const WITH_ASKED = 'left join front_doors d on d.verification_id = f.id'

export const toAsked = ({ is_asked: isAsked, nonce, shows_party: showsParty }: Raw) =>
  isAsked ? ({ nonce, showsParty } as Asked) : null

const bytesOf = (value: unknown) =>
  typeof value === 'string' ? Buffer.from(value.slice(2), 'hex') : null

/** As JSON has it. */
function toDoor(row: Raw): FrontDoor {
  const { verification_id: _, browser_mac: browser, link_binding_mac: binding, ...rest } = row
  const macs = { browserMac: bytesOf(browser), linkBindingMac: bytesOf(binding) }
  return { ...(camelRow(rest) as Omit<FrontDoor, keyof typeof macs>), ...macs }
}

export const createFrontStore = (query: Query): FrontStore => ({
  async find(id) {
    const [row] = await query<Raw>({ text: FIND, values: [id] })
    return row && (camelRow(row) as FrontDoor)
  },
  async open(id) {
    const [row] = await query<Raw>({ text: OPEN, values: [id] })
    if (!row) return undefined
    const { door, messages, ...record } = row
    return {
      record: toRecord(record),
      door: door === null ? undefined : toDoor(door as Raw),
      messages: ((messages ?? []) as Raw[]).map((one) => camelRow(one) as FrontMessage),
    }
  },
  async renew(id, request) {
    const { nonce, showsParty, returnUrl } = request
    const values = [id, nonce, showsParty, returnUrl, bindingOf(request)]
    await query({ text: RENEW, values })
  },
  async claimBrowser(id, mac) {
    const values = [id, Buffer.from(mac)]
    const [row] = await query<{ browser_mac: Uint8Array }>({ text: CLAIM, values })
    return row?.browser_mac
  },
  async useOnce({ verificationId, use, now, actor, kept }) {
    const values = [verificationId, now, actorText(actor), keptText(kept)]
    return (await query({ text: USES[use], values })).length > 0
  },
})
