// `node look.mjs PORT ADDRESS`: what Lighthouse says of a page in a browser that listens on PORT,
// as a phone on a weak link would see it; one line of JSON.
import lighthouse from 'lighthouse'

const [, , port, address] = process.argv
const CATEGORIES = ['performance', 'accessibility', 'best-practices']
const { lhr } = await lighthouse(address, { port: Number(port), output: 'json', logLevel: 'error', onlyCategories: CATEGORIES })
const audits = lhr.audits
const short = (category) => lhr.categories[category].auditRefs
  .filter(({ id, weight }) => weight > 0 && audits[id].score !== null && audits[id].score < 0.9)
  .map(({ id }) => `${id}: ${audits[id].displayValue ?? audits[id].score}`)
console.log(JSON.stringify({
  scores: Object.fromEntries(CATEGORIES.map((one) => [one, Math.round(lhr.categories[one].score * 100)])),
  short: Object.fromEntries(CATEGORIES.map((one) => [one, short(one)])),
  lcp: audits['largest-contentful-paint'].numericValue,
  tbt: audits['total-blocking-time'].numericValue,
  cls: audits['cumulative-layout-shift'].numericValue,
}))
