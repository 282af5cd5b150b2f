// What a rule has counted under one value, and what one more start or approval makes of it. Pure.
// Sums leak as time passes, and every event is counted as of its own time: their order changes nothing but which start is first.

import type { ShieldRule } from '../kernel/shield-rules.ts'
import type { Fact } from './facts.ts'
import type { Level, MetLately } from './log-ports.ts'
import { POLICY, REMEMBERED_MS, type Rule, stopMsOf } from './rules.ts'
import { closest, SEQUENCE } from './sequence.ts'

/** Whom a prefix has met lately and not approved: enough for each rule. */
const MAX_PEOPLE = 32
/** Less is nobody. */
const NOBODY = 0.5

const timesOf = (rule: Rule): number[] => {
  if (rule.kind === 'conversion') return [rule.recentMs, rule.recentMs, rule.usualMs, rule.usualMs]
  return rule.kind === 'bucket' ? rule.windows.flatMap(({ ms }) => [ms, ms]) : []
}

const leaked = (passedMs: number, ms: number) => Math.exp(-Math.max(0, passedMs) / ms)

export function emptyLevel(rule: ShieldRule, at: number): Level {
  const sums = timesOf(POLICY[rule]).map(() => 0)
  return { at, sums, people: [], strikes: 0, since: 0, until: 0 }
}

/** As of this time. An event that comes late is counted with one of its time. */
function leak(level: Level, rule: Rule, now: number): Level {
  const times = timesOf(rule)
  const passed = now - level.at
  if (passed <= 0) return level
  const sums = level.sums.map((sum, n) => sum * leaked(passed, times[n] ?? 1))
  return { ...level, at: now, sums }
}

const keepPeople = (rule: Rule) =>
  rule.kind === 'sequence' || (rule.kind === 'bucket' && rule.perPerson !== null)
const personMs = (rule: Rule) => (rule.kind === 'sequence' ? rule.ms : (timesOf(rule).at(-1) ?? 0))

/** @returns how often this one has been counted, this time included; and whom the level knows from now on */
function meet(
  level: Level,
  rule: Rule,
  { at, tail }: Fact,
): { starts: number; people: MetLately[] } {
  if (!keepPeople(rule)) return { starts: 1, people: level.people }
  const starts = (level.people.find(([known]) => known === tail)?.[1] ?? 0) + 1
  const others = level.people.filter(
    ([known, , seen]) => known !== tail && at - seen < personMs(rule),
  )
  return { starts, people: [...others, [tail, starts, at] as MetLately].slice(-MAX_PEOPLE) }
}

function addStart(level: Level, rule: Rule, fact: Fact): Level {
  const { starts, people } = meet(level, rule, fact)
  const times = timesOf(rule)
  const isCounted = rule.kind !== 'bucket' || rule.perPerson === null || starts <= rule.perPerson // mutant: C84.person-counted-thrice
  // A bucket's pairs and a conversion's begin with what a start adds to.
  const sums = level.sums.map((sum, n) =>
    n % 2 === 0 && isCounted ? sum + leaked(level.at - fact.at, times[n] ?? 1) : sum,
  )
  return { ...level, sums, people }
}

/** What its start has added, as much as is left of it; a person who tried several times is done with all of them. */
function takeBack(level: Level, rule: Rule, fact: Fact): Level {
  const times = timesOf(rule)
  const person = level.people.find(([tail]) => tail === fact.tail)
  const starts = rule.kind === 'bucket' ? Math.min(person?.[1] ?? 1, rule.perPerson ?? 1) : 1
  const people = level.people.filter((one) => one !== person)
  const sums = level.sums.map((sum, n) => {
    if (n % 2 === 1) return sum
    return Math.max(0, sum - starts * leaked(level.at - fact.startedAt, times[n] ?? 1))
  })
  return { ...level, sums, people }
}

function addApproval(level: Level, rule: Rule, fact: Fact): Level {
  // A conversion's starts stay: it is the share of them that were approved.
  const drained = rule.kind === 'conversion' ? level : takeBack(level, rule, fact) // mutant: C84.approval-drains
  const times = timesOf(rule)
  const sums = drained.sums.map((sum, n) =>
    n % 2 === 1 ? sum + leaked(level.at - fact.at, times[n] ?? 1) : sum,
  )
  return { ...drained, sums }
}

function isUnusual({ sums, people }: Level, rule: Rule): boolean {
  if (rule.kind === 'sequence')
    return closest(people.map(([tail]) => Number(tail))) >= SEQUENCE.numbers
  if (rule.kind === 'bucket')
    return rule.windows.some(({ most }, n) => {
      const [open = 0, approved = 0] = sums.slice(2 * n)
      return open > most + rule.perApproval * approved
    })
  const [recent = 0, approved = 0, all = 0, allApproved = 0] = sums
  if (recent < rule.minRecent || all < rule.minUsual) return false
  const usual = allApproved / all
  return usual >= rule.minShare && approved / recent < rule.part * usual
}

export const isStopping = ({ since, until }: Level, startedAt: number) =>
  startedAt >= since && startedAt < until

/** The start itself has gone out: those after it are stopped. */
function stop(level: Level, at: number): Level {
  const before = at - level.until < REMEMBERED_MS ? level.strikes : 0
  return { ...level, strikes: before + 1, since: at + 1, until: at + 1 + stopMsOf(before) }
}

/** @returns the level afterwards, and whether starts like this one are stopped from now on */
export function count(
  level: Level,
  name: ShieldRule,
  fact: Fact,
): { level: Level; trips: boolean } {
  const rule = POLICY[name]
  const now = leak(level, rule, fact.at)
  if (fact.kind === 'approval') return { level: addApproval(now, rule, fact), trips: false }
  if (fact.kind === 'failure') return { level: takeBack(now, rule, fact), trips: false } // mutant: C84.failure-drains
  const added = addStart(now, rule, fact)
  const trips = !isStopping(added, fact.at) && isUnusual(added, rule)
  return { level: trips ? stop(added, fact.at) : added, trips }
}

/** Nothing that a new level would not have. Approvals alone widen a bucket where many people share it. */
export function isDrained(level: Level, name: ShieldRule, now: number): boolean {
  const rule = POLICY[name]
  if (level.until > 0 && now - level.until < REMEMBERED_MS) return false
  const { sums, people } = leak(level, rule, now)
  if (keepPeople(rule) || name === 'address') {
    const open = sums.filter((_, n) => n % 2 === 0)
    return (
      people.every(([, , at]) => now - at >= personMs(rule)) && open.every((sum) => sum < NOBODY)
    )
  }
  return sums.every((sum) => sum < NOBODY)
}

/** How much would be forgotten with it. */
export const weightOf = ({ sums, people, strikes }: Level): number =>
  Math.max(people.length, ...sums) + strikes

/** A stored sum has so many places, on both engines the same ones. */
const PLACES = 10_000

export const rounded = (level: Level): Level => ({
  ...level,
  sums: level.sums.map((sum) => Math.round(sum * PLACES) / PLACES),
})
