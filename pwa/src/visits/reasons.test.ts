import { beforeAll, describe, expect, it } from 'vitest'
import type { Photo, Seen, Visit } from '../model'
import { learnRest } from '../words'
import { isDoubtful, picturesOf, sentencesOf } from './reasons'

beforeAll(learnRest)

describe('why a check-in has its grade', () => {
  it('says why there was no position, and nothing more where nobody said', () => {
    expect(sentencesOf(['no_fix', 'wall_code'], 'denied')).toEqual(['没有定位：手机没有允许。', '扫了店里的码。'])
    const said = ['denied', 'unavailable', 'timeout', 'not_asked', 'none', undefined].map((source) => sentencesOf(['no_fix'], source)[0])
    expect(new Set(said).size).toBe(5)
    expect(said.slice(-2)).toEqual(['没有定位。', '没有定位。'])
  })
  it('says of a position that it is the network\u2019s, and not of a code that it does not know', () => {
    expect(sentencesOf(['edge', 'of_later'], 'network')).toEqual(['误差太大，分不清在范围里还是外。', '是网络定位，没有用到卫星。'])
    expect(sentencesOf(['edge', 'photo'], 'gps')).toHaveLength(1)
  })
  it('is no doubt about one that was taken back', () => {
    const visit = (body: Partial<Visit>) => ({ body: { grade: 'uncertain', ...body } }) as Seen<Visit>
    expect([isDoubtful(visit({})), isDoubtful(visit({ void: true }))]).toEqual([true, false])
  })
})

it('the pictures of a check-in are told of as what they are, once they have come and while they stand', () => {
  const photo = (body: Partial<Photo>) => ({ body: { subject_id: 'v', state: 'stored', taken: 'camera', ...body } }) as Seen<Photo>
  expect(picturesOf('v', [photo({}), photo({}), photo({ taken: 'gallery' })])).toEqual(['picture', 'album'])
  expect(picturesOf('v', [photo({ state: 'pending' }), photo({ state: 'refused' }), photo({ void: true }), photo({ subject_id: 'w' })])).toEqual([])
  expect(sentencesOf(picturesOf('v', [photo({ taken: undefined })]))).toEqual(['附了照片。'])
})
