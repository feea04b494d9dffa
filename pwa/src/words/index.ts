export { currentTongue, followBrowser, learnRest, setTongue, t, type Key, type Params } from './say.svelte'
