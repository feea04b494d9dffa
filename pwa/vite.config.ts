import { fileURLToPath } from 'node:url'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import tailwindcss from '@tailwindcss/vite'
import { runnerImport, type Plugin } from 'vite'
import { VitePWA } from 'vite-plugin-pwa'
import { defineConfig } from 'vitest/config'

const SERVER = process.env.SHOPBELL_SERVER ?? 'http://127.0.0.1:8000'
const SERVED = ['/api', '/sync', '/photos', '/recordings', '/r/', '/a/', '/my/', '/p/', '/pass', '/consent/', '/v/', '/posters', '/enter', '/version']

// What a page shows before anyone taps, and Today, which most people see first: small parts compress better together, and
// a phone pays for each file. Words, parts and phone modules of later moments stay out.
const FIRST = new RegExp([
  'src/trust/age', 'src/ui/(?!Field|Number|number|TextArea|Stepper|Chips)', 'src/frame/(?!WeChat|updates|rooms|Troubles|Unable)', 'src/sync/uuid7', 'src/words/[^/]+$',
  'src/words/zh/(frame|leads|phone|today|ui|index)\\.', 'src/phone/(?!loop|push|pull|pulling|stream|pin|enrolment|frames|rebirth|released|revocation|canary|drafts|rescue|room|firstSave|lease|audit|recount)',
  'src/today/', 'src/leads/(OfferCard|told|act|said|clock)', 'src/customers/(called|dormant|TierTag)', 'svelte/dist/icons/(check|calendar-clock|triangle-alert)\\.',
].join('|'))

export default defineConfig(({ mode }) => ({
  plugins: [svelte(), tailwindcss(), sentencesAlone(), VitePWA({
    strategies: 'injectManifest',
    srcDir: 'src',
    filename: 'sw.ts',
    injectRegister: false,
    manifest: false,
    injectManifest: {
      // The scanner's WASM is fetched by those who scan, at run time; see sw.ts.
      globPatterns: ['**/*.{html,js,css,svg,png,webmanifest}'],
      globIgnores: ['**/*.wasm', 'icon-512.png', 'icon-maskable-512.png'],
    },
  })],
  resolve: {
    // Dexie for browsers that know classes and async: what it says for older ones is weight on a weak link.
    alias: [
      { find: /^dexie$/, replacement: 'dexie/dist/modern/dexie.mjs' },
      // What an icon of Lucide's is drawn with.
      { find: /^\.\.\/Icon\.svelte$/, replacement: fileURLToPath(new URL('./src/ui/Icon.svelte', import.meta.url)) },
    ],
    // Hidden test worlds need Svelte's browser build, as the phone has it.
    ...(mode === 'test' && { conditions: ['browser'] }),
  },
  build: { target: 'es2022', cssMinify: 'lightningcss', cssCodeSplit: false, assetsInlineLimit: 0,
    // A phone on a weak link pays for each request: what every page needs comes in a few files, not in forty, and the
    // styles of all pages in one, which is little more than those of the first.
    rolldownOptions: { output: { codeSplitting: { groups: [
      { name: 'ground', test: /node_modules\/(svelte\/(?!src\/reactivity\/)|(esm-env|clsx|dexie)\/)/ },
      { name: 'frame', test: FIRST },
      // What forms are made of: a file each would be half of it names of the others.
      { name: 'fields', test: /src\/ui\/(Chips|TextArea|Number|number)/ },
      // What several pages draw, and a file each would be: three hundred bytes with fifty of picture.
      { name: 'icons', test: /dist\/icons\/(camera|image-off|image-up|qr-code|pencil|shield-off|user-x|locate-fixed|scan-line|map-pin|copy|shield-check|circle-alert)\./ },
      // Likewise what two or three pages do in a few lines.
      { name: 'bits', test: /src\/(photos\/(hash|carriage)|sync\/derivedId|leads\/presence|privacy\/ownPage)\.ts/ },
    ] } } } },
  server: { proxy: Object.fromEntries(SERVED.map((path) => [proxied(path), { target: SERVER, changeOrigin: false }])) },
  test: { environment: 'node', pool: 'threads', isolate: false, include: ['src/**/*.test.ts'], setupFiles: ['src/phone/testing.ts'] },
}))

/** English goes out as its sentences alone: a phone has their keys from the Chinese ones, which are in the same order. */
function sentencesAlone(): Plugin {
  return {
    name: 'sentences-alone',
    apply: 'build',
    async load(id) {
      if (!/src\/words\/en\/(?!index)\w+\.ts$/.test(id)) return null
      const { module } = await runnerImport<{ default: Record<string, string> }>(id)
      return `export default ${JSON.stringify(Object.values(module.default))}`
    },
  }
}

/** `/sync` is both a screen and an address of the protocol: only what lies below it is the server's. */
function proxied(path: string): string {
  return path === '/sync' ? '^/sync/(push|pull|events|verify|known)' : path
}
