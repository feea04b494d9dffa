export default {
  back: 'Back', close: 'Close', cancel: 'Not now', understood: 'Got it', optional: 'optional', left: 'What you did not finish is still here.', anew: 'Start over', full: 'Full: {n} characters at most.',
  comma: ', ', pause: ', ', semicolon: '; ', colon: ': ',
  left_minutes: '{n} min left', late_minutes: '{n} min late',
  five_steps: 'Five steps', step_done: 'done', step_now: 'in progress', step_open: 'not yet',
  step_greeting: 'Greeting', step_needs: 'Needs', step_proposal: 'Proposal', step_objection: 'Objection', step_revisit: 'Revisit',
  step_greeting_short: 'Greet', step_needs_short: 'Needs', step_proposal_short: 'Offer', step_objection_short: 'Doubts', step_revisit_short: 'Revisit',
} as const
