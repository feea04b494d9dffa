export default {
  title: 'Public pool', count: 'Customers: {n}', empty: 'Nobody is in the pool right now.',
  hint: 'These customers have no owner now. Once claimed, their details and timeline come to this phone.', hint_look: 'These customers have no owner now; colleagues who receive leads can claim them.',
  take: 'Claim', take_label: 'Claim {name}', kept: 'Saved on this phone', kept_more: 'Your claim is saved on this phone and confirmed when there is a network. If a colleague was first you will be told who.',
  not_saved: 'This phone could not save it. Make a little room and tap again.', cooling: 'You had this customer until just now; you can claim again from {when}',
  days: '{n} days in the pool', days_today: 'In the pool since today',
  why_no_answer: 'Has not answered', why_no_attempt: 'Not contacted for long', why_released: 'Let go by the owner', why_imported: 'From an imported list',
  rehearsal: 'Dry run', rehearsal_hint: 'See whose customers would go back to the pool next. Looking changes nothing.', rehearse: 'Work it out',
  rehearsal_offline: 'The server cannot be reached. Try when there is a network.', rehearsal_none: 'No customer is about to go back to the pool.',
  going_no_answer: '{who} · {when}: the customer has not answered', going_no_attempt: '{who} · {when}: nobody has tried',
  leaving: 'Going back to the pool',
  leaving_silent: 'Back to the pool on {when} · has not answered',
  leaving_untried: 'Back to the pool on {when} · not contacted',
} as const
