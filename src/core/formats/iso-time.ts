// Moments as texts of ISO 8601, in the profile of RFC 3339: `updated_at` columns, and as-of times.
//
// T1. Nothing is rounded: up to nine digits of a second are kept, where a `Date` keeps three. Two
//     moments that a rounding would make equal stay before and after.
// T2. There is one text for a moment: in UTC, with `Z`, and without zeros at the end of the fraction.
//     Texts of several offsets and precisions may be mixed.
// T3. A tie is `equal`. A clock may tick slower than a table changes, so an equal moment may hide a
//     change (lessons V19), and clocks of two writers may disagree: a weak version, but a common one.
//
// A leap second (`:60`) is refused, since no database stores one. `Date` is not used: it rounds, and
// accepts texts of other grammars and days that do not exist.

import { ProtocolError } from '../errors.ts'
import type { Order, VersionFormat } from '../version.ts'

/** Versions such as `"2025-01-31T09:15:00.123Z"`, of one endless epoch. */
export const isoTime: VersionFormat = {
  name: 'iso-time',
  parse: (text) => ({ epoch: '', position: parseTime(text) }),
  print: ({ position }) => position,
  parsePosition: parseTime,
  comparePositions: compareTimes,
  joinPositions: (left, right) => (compareTimes(left, right) === 'before' ? right : left),
}

function compareTimes(left: string, right: string): Order {
  if (left === right) return 'equal'
  // Without the `Z` a shorter fraction is a prefix of its longer ones, and prefixes sort first. With
  // it, `00.5Z` would stand before `00Z`.
  return left.slice(0, -1) < right.slice(0, -1) ? 'before' : 'after'
}

const shape = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/
const minutesPerDay = 1440

function parseTime(text: string): string {
  if (!shape.test(text)) refuse(text, 'a moment as "2025-01-31T09:15:00.123Z", or with an offset')
  // The shape has fixed places up to the seconds, and a zone of one or of six characters at its end.
  const day = { year: digits(text, 0, 4), month: digits(text, 5, 7), day: digits(text, 8, 10) }
  const hour = digits(text, 11, 13)
  const minute = digits(text, 14, 16)
  if (!isReal(day)) refuse(text, 'a day of the calendar')
  if (hour > 23 || minute > 59 || digits(text, 17, 19) > 59) {
    refuse(text, 'a time of day from 00:00:00 to 23:59:59')
  }
  const isUtc = text.endsWith('Z')
  const fraction = text.slice(19, isUtc ? -1 : -6).replace(/\.?0+$/, '') // T2
  const utc = atMinute(day, hour * 60 + minute - (isUtc ? 0 : offsetOf(text)))
  if (utc.year < 0 || utc.year > 9999) refuse(text, 'a moment from the year 0000 to 9999 in UTC')
  return `${printMinute(utc)}:${text.slice(17, 19)}${fraction}Z`
}

interface Day {
  readonly year: number
  readonly month: number
  readonly day: number
}

interface Minute extends Day {
  readonly minuteOfDay: number
}

/** Returns how many minutes the clock of the text is ahead of UTC. */
function offsetOf(text: string): number {
  const hours = digits(text, -5, -3)
  const minutes = digits(text, -2, text.length)
  if (hours > 23 || minutes > 59) refuse(text, 'an offset from -23:59 to +23:59')
  return (hours * 60 + minutes) * (text.at(-6) === '-' ? -1 : 1)
}

/** Returns the minute of a day, which may lie in the day before or after it. */
function atMinute(day: Day, minute: number): Minute {
  if (minute < 0) return { ...dayBefore(day), minuteOfDay: minute + minutesPerDay }
  if (minute < minutesPerDay) return { ...day, minuteOfDay: minute }
  return { ...dayAfter(day), minuteOfDay: minute - minutesPerDay }
}

function dayBefore({ year, month, day }: Day): Day {
  if (day > 1) return { year, month, day: day - 1 }
  if (month > 1) return { year, month: month - 1, day: daysIn(year, month - 1) }
  return { year: year - 1, month: 12, day: 31 }
}

function dayAfter({ year, month, day }: Day): Day {
  if (day < daysIn(year, month)) return { year, month, day: day + 1 }
  if (month < 12) return { year, month: month + 1, day: 1 }
  return { year: year + 1, month: 1, day: 1 }
}

function isReal({ year, month, day }: Day): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month)
}

function daysIn(year: number, month: number): number {
  if (month === 2) return isLeap(year) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
}

function printMinute({ year, month, day, minuteOfDay }: Minute): string {
  const minute = minuteOfDay % 60
  const date = `${padded(year, 4)}-${padded(month, 2)}-${padded(day, 2)}`
  return `${date}T${padded((minuteOfDay - minute) / 60, 2)}:${padded(minute, 2)}`
}

function padded(value: number, width: number): string {
  return String(value).padStart(width, '0')
}

function digits(text: string, from: number, to: number): number {
  return Number(text.slice(from, to))
}

function refuse(text: string, expected: string): never {
  throw new ProtocolError({ what: 'ISO time', text, expected })
}
