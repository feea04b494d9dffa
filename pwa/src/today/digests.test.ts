import { expect, test } from 'vitest'
import type { Digest, Notice, Seen } from '../model'
import { DAY_MS } from '../words/format'
import { digestsOf } from './digests'

const NOW = Date.UTC(2026, 10, 21, 6, 5)
const notice = (body: Partial<Digest> | Partial<Notice>) => ({ id: 'n', body: { to_id: 'bo', at: NOW, ...body } }) as Seen<Notice | Digest>

test('a digest is shown to its person on its day, and no other notice with it', () => {
  const rows = [notice({ kind: 'digest' }), notice({ kind: 'digest', at: NOW - DAY_MS }), notice({ kind: 'digest', to_id: 'chen' }), notice({ kind: 'nudge' }), notice({ kind: 'team_digest' })]
  expect(digestsOf(rows, 'digest', 'bo', NOW, 'Asia/Shanghai')).toEqual([rows[0]])
  expect(digestsOf(rows, 'team_digest', 'bo', NOW, 'Asia/Shanghai')).toEqual([rows[4]])
})
