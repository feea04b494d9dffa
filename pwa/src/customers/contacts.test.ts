import { beforeAll, describe, expect, it } from 'vitest'
import type { Contact, Seen } from '../model'
import { learnRest } from '../words'
import { contactsByRoot, contactsOf, contactText, draftOf, faultOf, formOf, lacking, markOf, phoneOf, typedPhone, type ContactForm } from './contacts'
import { knownPhone } from './registration'
import { entriesOf, found } from './search'

beforeAll(learnRest)

const WIFE = '+8613800138000'
let nth = 0
function contact(root: string, body: Partial<Contact>): Seen<Contact> {
  nth += 1
  return { id: `k${nth}`, root, at: nth, version: 7, body: { customer_id: root, relation: 'spouse', ...body } } as unknown as Seen<Contact>
}
const form = (more: Partial<ContactForm>): ContactForm => ({ relation: 'spouse', name: '', phone: '', note: '', fault: null, ...more })
const zhao = { id: 'zhao', body: { name: '赵丽', phone: '+8613900000021', tags: [] } } as never
const kin = [contact('zhao', { name: '孙伟', phone: WIFE }), contact('zhao', { name: '钱工', relation: 'designer', phone: '+862158886666' }), contact('zhao', { name: '走了', removed: true, phone: '+8613900000029' })]

describe('a contact', () => {
  it('is called by a relation that has a word, or by somebody’s own', () => {
    expect(kin.map(({ body }) => contactText(body))).toEqual(['配偶 孙伟', '设计师 钱工', '配偶 走了'])
    expect(contactText({ relation: '邻居', name: '' })).toBe('邻居')
  })
  it('needs a relation, a name or a number, and a number that is one', () => {
    expect(lacking(form({ relation: '', phone: '12' }))).toEqual(['relation', 'phone'])
    expect(lacking(form({}))).toEqual(['who'])
    expect(lacking(form({ relation: 'self', phone: '021-5888 6666' }))).toEqual([])
  })
  it('is written whole at first, and then only where it differs, on what was seen', () => {
    expect(draftOf(form({ name: ' 孙伟 ', phone: '138 0013 8000' }), 'zhao', null, () => 'new')).toEqual({
      entity: 'contact', id: 'new', fields: { customer_id: 'zhao', relation: 'spouse', name: '孙伟', phone: WIFE },
    })
    const [held] = kin
    expect(draftOf(formOf(held!.body), 'zhao', held!, () => '')).toBeNull()
    expect(draftOf({ ...formOf(held!.body), note: '晚上方便', fault: 'dead' }, 'zhao', held!, () => '')).toMatchObject({
      id: held!.id, base: 7, fields: { note: '晚上方便', phone_fault: { phone: WIFE, why: 'dead' } },
    })
  })
  it('is on the list until it is taken off', () => {
    expect(contactsOf(kin, 'zhao').map(({ body }) => body.name)).toEqual(['孙伟', '钱工'])
    expect(contactsByRoot(kin).get('zhao')).toHaveLength(2)
  })
})

describe('a number', () => {
  it('that nobody changed stays as it stands, whatever it is', () => {
    for (const phone of ['+14155552671', '58886666', WIFE, '']) expect(phoneOf(typedPhone(phone), phone)).toBe(phone)
    expect([typedPhone(WIFE), phoneOf('58886666', WIFE)]).toEqual(['13800138000', null])
  })
  it('is marked for itself alone', () => {
    const body = { phone: WIFE, phone_fault: { phone: '+8613900000021', why: 'dead' as const } }
    expect(faultOf(body)).toBeNull()
    expect(markOf(body, WIFE, 'wrong')).toEqual({ phone: WIFE, why: 'wrong' })
    expect(markOf(body, '+8613900000021', 'wrong')).toBeUndefined()
    expect(markOf({ phone: WIFE, phone_fault: { phone: WIFE, why: 'wrong' } }, WIFE, null)).toBeNull()
  })
})

describe('a customer', () => {
  it('is known by the number of a contact, until that is taken off', () => {
    expect(knownPhone(WIFE, [zhao], [], kin)).toMatchObject({ kind: 'customer', customer: { id: 'zhao' }, contact: { name: '孙伟' } })
    expect(knownPhone('+8613900000029', [zhao], [], kin)).toBeNull()
  })
  it('is found by a contact’s name and last digits, after those who are called so', () => {
    const sun = { id: 'sun', body: { name: '孙伟', phone: '+8613900008000', tags: [] } } as never
    const people = entriesOf([zhao, sun], contactsByRoot(kin))
    const ids = (typed: string) => found(people, typed).map(({ customer }) => customer.id)
    expect([ids('孙伟'), ids('8000'), ids('6666'), ids('走了')]).toEqual([['sun', 'zhao'], ['sun', 'zhao'], ['zhao'], []])
  })
})
