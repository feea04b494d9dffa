/* Beside each built file its smallest form, made once here rather than by the server for somebody who waits. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { brotliCompressSync, constants } from 'node:zlib'

const DIST = new URL('./dist/', import.meta.url)
const SHRINKS = /\.(html|js|css|json|webmanifest|svg|wasm|txt)$/
const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY, [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT }

for (const name of readdirSync(DIST, { recursive: true })) {
  if (SHRINKS.test(name)) writeFileSync(new URL(`${name}.br`, DIST), brotliCompressSync(readFileSync(new URL(name, DIST)), { params }))
}
