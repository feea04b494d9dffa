export default {
  erase: 'Erase personal data', erase_title: 'Erase the personal data of {name}?', word: 'erase',
  what: 'Customers may ask for this. Profile, contacts, leads and everything recorded{parts} go from the server and from {n} phones, for good.\nWhat colleagues have not sent yet goes too.',
  with: ' ({parts})', n_follow_up: 'follow-ups: {n}', n_comment: 'comments: {n}', n_visit: 'visits: {n}', n_photo: 'photos: {n}', n_recording: 'recordings: {n}',
  open_lead: 'There is an open lead. It ends, with its clock.',
  why: 'Why', reason_asked: 'Asked by the customer', reason_consent_withdrawn: 'Consent withdrawn', reason_retention_over: 'Kept long enough', reason_under_14: 'Under 14',
  type: 'Type “{word}” to confirm', yes: 'Erase for good', done: 'Erased. It leaves each phone at its next sync.', failed: 'Not erased. Try again with a network.',
  offline: 'Only the server can erase personal data. Try again with a network.',
  title: 'Erasures', list_why: 'Whose phones have not confirmed yet', none: 'Nobody was erased so far.', list_offline: 'This needs a network.', by_themselves: 'The customer',
  waiting: '{n} of {of} phones have not confirmed yet', all_gone: 'All {n} phones have confirmed', phone_seen: 'last online {time}', phone_never: 'never online', phone_stopped: 'stopped',
  gone_unsent: 'This customer asked to be erased. What you had not sent about them was deleted too.', gone_line: '{time} · records: {n}',
}
