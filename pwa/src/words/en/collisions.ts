export default {
  title: 'Two claims, please decide', why_overlap: 'The times of the two registrations do not tell who was first.', why_met: 'Whoever registered later has already spoken with the customer; please decide.', why_earlier: 'The order is clear; the first to register has the customer.',
  certain: 'Registered {time}', uncertain: 'Registered between {from} and {to} (the phone’s clock was off)', received: 'Synced {time}', photos: '{n} photos',
  give: 'To {name}', more: 'Split, or note a wish', more_title: 'Decide this collision', wish: 'Whom did the customer ask for', wish_none: 'Nobody', wish_note: 'What the customer said (optional)',
  outcome: 'Decision', split: '{one} {share}% · {other} {rest}%', split_hint: 'Credit is shared by these parts, and the larger part owns the customer; of equal parts, whoever synced first.', rule: 'Decide',
  ruled_kept: 'Saved on this phone. Both colleagues are told when there is a network. Both records stay.',
  collided_somebody: 'a colleague',
  collided_open: 'You and {who} both registered this customer; neither was clearly first, and the manager decides',
  collided_yours: 'You registered first and have the customer; the registration of {who} stays too',
  collided_theirs: '{who} registered first and has the customer; your registration stays, as help',
  collided_yours_ruled: 'You and {who} both registered this customer; the manager decided for you',
  collided_theirs_ruled: 'You and {who} both registered this customer; the manager decided for {who}, and your records stay',
  collided_split: 'You and {who} both registered this customer; the manager gave you {share}%',
} as const
