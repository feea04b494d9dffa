export default {
  title: 'Phrases', why: 'What to say at each step, and how to answer objections', open: 'Phrases', search: 'Search the phrases', all_steps: 'Every step',
  none_found: 'Nothing found for "{query}". Try another word.', none: 'No phrases yet.', none_lead: 'No phrases yet. Add one that you use often.',
  objection: 'Objection', script: 'Phrase', objection_title: 'Customer: {title}', insert: 'Use this one', everybody: 'All stores', own: 'This store', by: 'From {name}', waits: 'Saved on this phone',
  add: 'Add a phrase', edit: 'Edit', edit_title: 'Edit the phrase', add_title: 'Add a phrase', kind: 'This is', kind_script: 'An everyday phrase', kind_objection: 'An answer to an objection',
  step: 'For which step', said_label: 'What the customer says', said_hint: 'For example: too expensive, let me think', zh_label: 'What to say (Chinese)', en_label: 'What to say (English, optional)', keywords_label: 'Keywords (optional)', keywords_hint: 'Put spaces between them, to find it by',
  placeholders: 'You can write {store}, {me} and {need}: they become the store, you and what the customer needs.', where: 'For whom', save: 'Save', saved: 'Saved on this phone. Everybody has it once there is a network.', save_failed: 'Not saved on the phone. What you wrote is still here. Free some space and tap again.',
  withdraw: 'Withdraw', withdraw_ask: 'Withdraw this phrase?', withdraw_text: 'It leaves everybody\'s library. What was already written with it stays.', withdrawn_saved: 'Withdrawn, saved on this phone.', restore: 'Use again', withdrawn: 'Withdrawn · {n}', lack_text: 'Write what to say first.', lack_title: 'Write what the customer says first.', not_yours: 'From headquarters: only admins change it.',
}
