import type { Component } from 'svelte'

type Room = Component<{ id?: string }>

const files = import.meta.glob<{ default: Room }>([
  '../identity/Phones.svelte', '../stores/Hours.svelte', '../notify/Notices.svelte', '../people/People.svelte', '../people/Person.svelte',
  '../people/StaffList.svelte', '../people/MyCode.svelte', '../leads/StoreBoard.svelte', '../routing/Routing.svelte', '../pool/Rules.svelte',
  '../customers/Dormant.svelte', '../stores/Place.svelte', '../stores/Posters.svelte', '../stores/CodeWalk.svelte', '../visits/Team.svelte',
  '../privacy/Erasures.svelte', '../templates/Templates.svelte', '../templates/Template.svelte', '../library/Phrases.svelte',
])

/** The pages behind Me and the desk, by the path below it; and those of one thing in such a room. */
const ROOMS: Record<string, string> = {
  phones: 'identity/Phones', hours: 'stores/Hours', place: 'stores/Place', posters: 'stores/Posters', codes: 'stores/CodeWalk', visits: 'visits/Team', notices: 'notify/Notices', people: 'people/People', 'staff-list': 'people/StaffList', code: 'people/MyCode',
  routing: 'routing/Routing', pool: 'pool/Rules', dormant: 'customers/Dormant', erasures: 'privacy/Erasures', templates: 'templates/Templates', phrases: 'library/Phrases',
}
const ONE_OF: Record<string, string> = { people: 'people/Person', stores: 'leads/StoreBoard', templates: 'templates/Template' }

/** Nothing where there is no such room. */
export async function enter(room: string, id: string): Promise<{ default: Room | undefined }> {
  return (await files[`../${(id ? ONE_OF : ROOMS)[room]}.svelte`]?.()) ?? { default: undefined }
}
