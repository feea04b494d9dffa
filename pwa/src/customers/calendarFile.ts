/* A booked visit as a file for the customer's own calendar (RFC 5545): when and where, and nothing of what was noted. */

import { HOUR_MS } from '../words/format'

export interface Appointment {
  /** of the follow-up that booked it: the same file again moves the same entry */
  id: string
  at: number
  summary: string
  location: string
  point: { lat: number; lng: number } | null
}

const LONGEST_OCTETS = 75
const CRLF = '\r\n'
const utf8 = new TextEncoder()

/** The whole file. `made_at` is when it was made, ms. */
export function calendarFile({ id, at, summary, location, point }: Appointment, made_at: number): string {
  const lines = [
    'BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Shopbell//Shopbell//EN', 'CALSCALE:GREGORIAN', 'METHOD:PUBLISH',
    'BEGIN:VEVENT', `UID:${id}@shopbell`, `DTSTAMP:${utcText(made_at)}`, `DTSTART:${utcText(at)}`, `DTEND:${utcText(at + HOUR_MS)}`,
    `SUMMARY:${escaped(summary)}`, ...(location ? [`LOCATION:${escaped(location)}`] : []), ...(point ? [`GEO:${point.lat};${point.lng}`] : []),
    'STATUS:CONFIRMED', 'TRANSP:OPAQUE', 'END:VEVENT', 'END:VCALENDAR',
  ]
  return lines.map(folded).join(CRLF) + CRLF
}

/** 20261126T020000Z */
export function utcText(at: number): string {
  return new Date(at).toISOString().replace(/[-:]/g, '').replace(/\.\d+/, '')
}

/** A text value; a line break becomes \n, and nothing typed can end a property. */
export function escaped(text: string): string {
  return text.replace(/[\\;,]/g, (found) => `\\${found}`).replace(/\r\n?|\n/g, '\\n').replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '')
}

/** At most 75 octets a line, never within a character; what follows begins with a space. */
export function folded(line: string): string {
  const parts: string[] = []
  let [part, octets] = ['', 0]
  for (const character of line) {
    const size = utf8.encode(character).length
    if (octets + size > LONGEST_OCTETS) {
      parts.push(part)
      part = ' '
      octets = 1
    }
    part += character
    octets += size
  }
  return [...parts, part].join(CRLF)
}
