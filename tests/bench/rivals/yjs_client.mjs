// Phones that hold a Yjs document. Reads commands, a line each: "prepare push" makes ready outside
// of the measured time, "push" does it; answers a line of JSON.
import fs from 'node:fs'
import readline from 'node:readline'
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import WebSocket from 'ws'
import * as sync from 'y-protocols/sync'
import * as Y from 'yjs'

const wish = JSON.parse(process.argv[2])
const records = JSON.parse(fs.readFileSync(wish.records, 'utf8'))
const SYNC = 0
const STEP_1 = 0
const STEP_2 = 1

class Phone {
  constructor(name) {
    this.name = name
    this.doc = new Y.Doc()
    this.rows = this.doc.getMap('rows')
    this.waiting = []
    this.doc.on('update', (update, origin) => {
      if (origin === this || this.socket?.readyState !== WebSocket.OPEN) return
      this.send((encoder) => sync.writeUpdate(encoder, update))
    })
  }

  /** Opened, and the server's question answered with what it does not have. */
  connect() {
    this.socket = new WebSocket(`ws://127.0.0.1:${wish.port}/${this.name}`)
    this.socket.binaryType = 'arraybuffer'
    return new Promise((resolve, reject) => {
      this.socket.on('error', reject)
      this.socket.on('message', (data) => {
        if (this.take(new Uint8Array(data)) === STEP_1) resolve()
      })
    })
  }

  take(message) {
    const decoder = decoding.createDecoder(message)
    if (decoding.readVarUint(decoder) !== SYNC) return undefined
    const encoder = encoding.createEncoder()
    encoding.writeVarUint(encoder, SYNC)
    const kind = sync.readSyncMessage(decoder, encoder, this.doc, this)
    if (encoding.length(encoder) > 1) this.socket.send(encoding.toUint8Array(encoder))
    if (kind === STEP_2) this.waiting.shift()?.()
    this.heard?.()
    return kind
  }

  send(write) {
    const encoder = encoding.createEncoder()
    encoding.writeVarUint(encoder, SYNC)
    write(encoder)
    this.socket.send(encoding.toUint8Array(encoder))
  }

  /** Asks for what is missing here. The answer says that everything sent before has arrived. */
  settle() {
    this.send((encoder) => sync.writeSyncStep1(encoder, this.doc))
    return new Promise((resolve) => this.waiting.push(resolve))
  }

  /** Resolves when this many rows are held. */
  until(count) {
    return new Promise((resolve) => {
      this.heard = () => {
        if (this.rows.size < count) return
        this.heard = undefined
        resolve()
      }
      this.heard()
    })
  }

  close() {
    const closed = new Promise((resolve) => this.socket.once('close', resolve))
    this.socket.close()
    return closed
  }

  add(some) {
    for (const [id, fields] of some) this.rows.set(id, new Y.Map(Object.entries(fields)))
  }

  get bytes() {
    return this.socket._socket.bytesRead + this.socket._socket.bytesWritten
  }
}

const all = (phones, work) => Promise.all(phones.map(work))
const cast = {}

const work = {
  'prepare push'() {
    cast.first = new Phone('bulk')
    for (const record of records) cast.first.add([record])
  },
  async push() {
    await cast.first.connect()
    await cast.first.settle()
    return { bytes: cast.first.bytes }
  },
  'prepare pull'() {
    cast.second = new Phone('bulk')
  },
  async pull() {
    await cast.second.connect()
    await cast.second.settle()
    return { rows: cast.second.rows.size, bytes: cast.second.bytes }
  },
  'prepare idle'() {},
  async idle() {
    for (let n = 0; n < wish.idle; n++) await cast.second.settle()
    return {}
  },
  async 'prepare crowd'() {
    cast.crowd = Array.from({ length: wish.crowd }, () => new Phone('crowd'))
    await all(cast.crowd, async (phone) => {
      await phone.connect()
      await phone.settle()
    })
  },
  async crowd() {
    const before = cast.crowd.reduce((sum, phone) => sum + phone.bytes, 0)
    await all(cast.crowd, (phone, nth) => {
      const mine = records.slice(nth * wish.each, (nth + 1) * wish.each)
      phone.doc.transact(() => phone.add(mine))
      return phone.until(wish.crowd * wish.each)
    })
    const bytes = cast.crowd.reduce((sum, phone) => sum + phone.bytes, 0) - before
    return { least: Math.min(...cast.crowd.map((phone) => phone.rows.size)), bytes }
  },
  async 'prepare merge'() {
    await all(cast.crowd, (phone) => phone.close())
    cast.pair = [new Phone('merge'), new Phone('merge')]
    cast.keeper = new Phone('merge')
    cast.keeper.add(records.slice(0, wish.merged))
    for (const phone of [cast.keeper, ...cast.pair]) {
      await phone.connect()
      await phone.settle()
    }
    await all(cast.pair, (phone) => phone.close())
    const [one, other] = cast.pair
    for (const [id] of records.slice(0, wish.merged)) {
      one.rows.get(id).set('budget', `budget ${id}`)
      other.rows.get(id).set('need', `need ${id}`)
    }
  },
  async merge() {
    for (const step of ['connect', 'settle', 'settle']) await all(cast.pair, (phone) => phone[step]())
    const isBoth = (phone) => ([id]) =>
      phone.rows.get(id).get('budget') === `budget ${id}` &&
      phone.rows.get(id).get('need') === `need ${id}`
    const counts = cast.pair.map((p) => records.slice(0, wish.merged).filter(isBoth(p)).length)
    return { both: Math.min(...counts) }
  },
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  console.log(JSON.stringify((await work[line]()) ?? {}))
}
