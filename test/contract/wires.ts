// What every store keeps of a verification that somebody else's API started: its id there, and nothing without it. Run on each implementation.

import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import type { Store } from '../../src/storage/store.ts'
import type { NewVerification } from '../../src/verification/state.ts'
import type { WireKey } from '../../src/verification/wire-ports.ts'
import { ACTOR, createInput, mac, newVerification, T0 } from './rows.ts'
import { idempotency, type Stores } from './stores.ts'

const newKey = (wire: WireKey['wire'] = 'twilio'): WireKey => ({
  wire,
  sid: `VE${randomBytes(16).toString('hex')}`,
})

export function describeWires(factory: () => Stores & Store): void {
  const startBy = async (wire: WireKey | undefined, change: Partial<NewVerification> = {}) => {
    const record = newVerification(change)
    const outcome = await factory().verifications.create(createInput(record, { wire }))
    expect(outcome.kind).toBe('created')
    return record
  }

  it('I23: a start by a wire is found by its id there, as the verification that it is', async () => {
    const { wires, verifications } = factory()
    const key = newKey()
    const { id } = await startBy(key)
    const record = await verifications.find('default', id)
    expect(record).toBeDefined()
    expect(await wires.find('default', key)).toEqual({ sid: key.sid, record })
    expect(await wires.sidOf(id)).toBe(key.sid)
    const { id: plain } = await startBy(undefined)
    expect(await wires.sidOf(plain)).toBeUndefined()
  })

  it('C94: another wire, another service and another id find nothing', async () => {
    const { wires } = factory()
    const key = newKey()
    const sessionMac = mac()
    await startBy(key, { sessionMac })
    const sessionMacs = [sessionMac]
    expect(await wires.find('shop', key)).toBeUndefined()
    expect(await wires.find('default', { ...key, wire: 'camara' })).toBeUndefined()
    expect(await wires.find('default', newKey())).toBeUndefined()
    expect(await wires.newest('shop', { wire: 'twilio', sessionMacs })).toBeUndefined()
    expect(await wires.newest('default', { wire: 'camara', sessionMacs })).toBeUndefined()
    expect(await wires.newest('default', { wire: 'twilio', sessionMacs: [mac()] })).toBeUndefined()
  })

  it('C94: the newest is found by what its start was made with, under any key; a native start is not', async () => {
    const { wires } = factory()
    const [current, previous] = [mac(), mac()]
    const sessionMacs = [current, previous]
    const by = { wire: 'twilio', sessionMacs } as const
    await startBy(undefined, { sessionMac: current })
    expect(await wires.newest('default', by)).toBeUndefined()
    const first = newKey()
    await startBy(first, { sessionMac: previous })
    expect((await wires.newest('default', by))?.sid).toBe(first.sid)
    const second = newKey()
    const { id } = await startBy(second, { sessionMac: current })
    await startBy(undefined, { sessionMac: current })
    const newest = await wires.newest('default', by)
    expect(newest?.sid).toBe(second.sid)
    expect(newest?.record.id).toBe(id)
  })

  it('I23: a start that makes no verification keeps no id', async () => {
    const { verifications, wires } = factory()
    const write = idempotency()
    await verifications.create({ ...createInput(newVerification()), idempotency: write as never })
    const again = newVerification()
    const wire = newKey()
    const input = createInput(again, { wire, idempotency: write as never })
    expect((await verifications.create(input)).kind).toBe('answered_before')
    expect(await wires.find('default', wire)).toBeUndefined()
    expect(await wires.sidOf(again.id)).toBeUndefined()
  })

  it('C95: whoever checks it in our place gives it another id', async () => {
    const { wires } = factory()
    const [own, theirs] = [newKey(), newKey()]
    const { id } = await startBy(own)
    await wires.rename(id, theirs.sid)
    expect((await wires.find('default', theirs))?.record.id).toBe(id)
    expect(await wires.find('default', own)).toBeUndefined()
    expect(await wires.sidOf(id)).toBe(theirs.sid)
    // It names two alike, one after the other.
    const { id: next } = await startBy(newKey())
    await wires.rename(next, theirs.sid)
    await wires.rename(next, theirs.sid)
    expect((await wires.find('default', theirs))?.record.id).toBe(next)
    expect(await wires.sidOf(id)).toBe(id)
  })

  it('I23: the id goes with its verification', async () => {
    const { wires, retention } = factory()
    const key = newKey()
    const { id, budgetIndex } = await startBy(key)
    await retention.erase({ budgetIndexes: [budgetIndex], now: T0, actor: ACTOR, limit: 10 })
    expect(await wires.sidOf(id)).toBeUndefined()
    await wires.rename(id, newKey().sid)
    expect(await wires.sidOf(id)).toBeUndefined()
  })
}
