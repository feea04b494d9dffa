export { currentTongue, followBrowser, learnDoor, learnRest, setTongue, t, type Key, type Params } from './say.svelte'
