import { expect, test } from 'vitest'
import type { Photo, Seen } from '../model'
import zh from '../words/zh/photos'
import { absenceOf, megabytes, refusalOf, shownPhotos, tally } from './strip'

function photo(id: string, state: Photo['state'] | undefined, over: Partial<Seen<Photo>> = {}, body: object = {}): Seen<Photo> {
  return { id, entity: 'photo', root: 'c', version: 1, by: null, at: 0, received_at: 0, captured_at: Number(id), pending: false, saved_at: null, body: { state, bytes: 100, reason: null, ...body } as Photo, ...over }
}

test('a photo shows the thumbnail of this phone, else of the server', () => {
  const rows = [photo('1', undefined, { pending: true }, { thumb: 'AA' }), photo('2', 'pending'), photo('3', 'stored'), photo('4', undefined, { pending: true })]
  const shown = shownPhotos(rows, [{ id: '2', state: 'sending', sent_bytes: 40, thumb: 'BB' }])
  expect(shown.map(({ srcs, stage, here }) => [srcs, stage, here])).toEqual([
    [['data:image/jpeg;base64,AA'], 'waiting', false], [['data:image/jpeg;base64,BB'], 'sending', true], [['/photos/3/thumb', '/photos/3/small'], 'stored', false], [[], 'waiting', false],
  ])
})

test('where no picture comes, only a phone without a network is told to wait for one', () => {
  const said = (stage: 'stored' | 'refused' | 'waiting' | 'sending') => [true, false].map((reachable) => zh[absenceOf({ stage }, reachable)])
  expect([said('stored'), said('refused'), said('waiting'), said('sending')]).toEqual([['没有显示出来', '联网后显示'], ['没有通过', '没有通过'], ['待上传', '联网后显示'], ['待上传', '联网后显示']])
})

test('two of three photos have arrived, and bytes say how far the third is', () => {
  const shown = shownPhotos([photo('1', 'stored'), photo('2', 'pending'), photo('3', 'pending'), photo('4', 'refused')], [{ id: '2', state: 'stored', sent_bytes: 100 }, { id: '3', state: 'sending', sent_bytes: 40 }])
  expect(tally(shown)).toEqual({ sent: 2, total: 3, done_bytes: 240, all_bytes: 300, complete: false })
})

test('bytes read as megabytes', () => {
  expect([megabytes(0), megabytes(4000), megabytes(1_130_000)]).toEqual(['0', '0.1', '1.1'])
})

test('every refusal is a sentence with a way on, and an unknown one is never a code', () => {
  const codes = ['not_a_picture', 'picture_broken', 'picture_animated', 'picture_too_heavy', 'hash_mismatch', 'too_large']
  const sentences = codes.map((code) => zh[refusalOf(code)])
  expect(new Set(sentences).size).toBe(codes.length)
  expect(sentences.every((sentence) => /拍.*。$/.test(sentence))).toBe(true)
  expect([refusalOf('of_tomorrow'), refusalOf(null)]).toEqual(['refused_why', 'refused_why'])
})
