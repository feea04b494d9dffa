import { expect, test } from 'vitest'
import type { Recording, Seen } from '../model'
import { tally } from '../photos/strip'
import zh from '../words/zh/voice'
import { heard, lengthText, recordingFact, refusalOf, spokenOf } from './spoken'

function recording(id: string, state: Recording['state'] | undefined): Seen<Recording> {
  const body = { state, bytes: 100, reason: null, duration_ms: 7000 } as Recording
  return { id, entity: 'recording', root: 'c', version: 1, by: null, at: 0, received_at: 0, captured_at: Number(id), pending: false, saved_at: null, body }
}

test('a recording counts among what is to be sent, as far as its bytes are', () => {
  const shown = heard([recording('2', undefined), recording('1', 'stored'), recording('3', 'refused')], [{ id: '2', state: 'sending', sent_bytes: 40 }])
  expect(shown.map(({ id, stage }) => [id, stage])).toEqual([['1', 'stored'], ['2', 'sending'], ['3', 'refused']])
  expect(tally(shown)).toEqual({ sent: 1, total: 2, done_bytes: 140, all_bytes: 200, complete: false })
})

test('what was said goes to the photos’ queue, and its fact says how long it is and nothing of the bytes', async () => {
  const spoken = await spokenOf({ bytes: new TextEncoder().encode('abc').buffer as ArrayBuffer, type: 'audio/webm', duration_ms: 7000 }, 'contact', 5)
  expect(spoken).toMatchObject({ kind: 'recording', subject_id: 'contact', bytes: 3, type: 'audio/webm', state: 'waiting', kept_at: 5 })
  const sha256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
  expect(recordingFact(spoken, 'contact', 'customer')).toEqual({
    entity: 'recording', id: spoken.id, fields: { subject_id: 'contact', customer_id: 'customer', sha256, bytes: 3, duration_ms: 7000 },
  })
})

test('lengths read as on a clock', () => {
  expect([lengthText(300), lengthText(7400), lengthText(60_000)]).toEqual(['0:01', '0:07', '1:00'])
})

test('every refusal is a sentence with a way on, and every trouble names the keyboard', () => {
  const codes = ['too_large', 'not_a_recording', 'recording_broken', 'recording_too_long', 'hash_mismatch']
  const sentences = codes.map((code) => zh[refusalOf(code)])
  expect(new Set(sentences).size).toBe(codes.length)
  expect(sentences.every((sentence) => /录.*。$/.test(sentence))).toBe(true)
  expect(refusalOf('of_tomorrow')).toBe('refused_why')
  for (const trouble of ['denied', 'absent', 'busy', 'unsupported'] as const) expect(zh[trouble]).toContain('键盘上的语音输入')
})
