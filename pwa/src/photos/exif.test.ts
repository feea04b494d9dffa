import { describe, expect, test } from 'vitest'
import { takenAt } from './exif'

/** A JPEG's head whose EXIF names a time, and an offset where one is given. */
function head(time: string, offset = '', little = true): Uint8Array {
  const tiff = new DataView(new ArrayBuffer(110))
  const text = (at: number, said: string) => [...said].forEach((one, n) => tiff.setUint8(at + n, one.charCodeAt(0)))
  const tag = (at: number, id: number, kind: number, count: number, value: number) => {
    tiff.setUint16(at, id, little)
    tiff.setUint16(at + 2, kind, little)
    tiff.setUint32(at + 4, count, little)
    tiff.setUint32(at + 8, value, little)
  }
  text(0, little ? 'II' : 'MM')
  tiff.setUint16(2, 42, little)
  tiff.setUint32(4, 8, little)
  tiff.setUint16(8, 1, little)
  tag(10, 0x8769, 4, 1, 26)
  tiff.setUint16(26, offset ? 2 : 1, little)
  tag(28, 0x9003, 2, 20, 60)
  if (offset) tag(40, 0x9011, 2, 7, 90)
  text(60, time)
  text(90, offset)
  const size = 2 + 6 + tiff.byteLength
  return Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xe1, size >> 8, size & 255, ...[...'Exif\0\0'].map((c) => c.charCodeAt(0)), ...new Uint8Array(tiff.buffer), 0xff, 0xda])
}

describe('when a picture was taken', () => {
  test('is what the camera wrote, by its offset or else by the zone of this phone', () => {
    expect(takenAt(head('2026:11:23 10:30:00', '+08:00'))).toBe(Date.UTC(2026, 10, 23, 2, 30))
    expect(takenAt(head('2026:11:23 10:30:00', '+08:00', false))).toBe(Date.UTC(2026, 10, 23, 2, 30))
    expect(takenAt(head('2026:11:23 10:30:00'))).toBe(new Date(2026, 10, 23, 10, 30).getTime())
  })

  test('is unknown where nothing sound is written', () => {
    expect(takenAt(head('    :  :     :  :  '))).toBeNull()
    expect(takenAt(head('2026:19:23 10:30:00'))).toBeNull()
    expect(takenAt(Uint8Array.from([0x89, 0x50, 0x4e, 0x47]))).toBeNull()
    const whole = head('2026:11:23 10:30:00', '+08:00')
    for (let length = 0; length < 80; length += 1) expect(takenAt(whole.slice(0, length))).toBeNull()
  })
})
