export default {
  sign_in: 'Sign in', org: 'Company code', org_hint: 'May stay empty if there is only one', login: 'Login', password: 'Password', show_password: 'Show password',
  wrong: 'Wrong login or password.', link_void: 'This sign-in link is no longer valid. Please sign in with your account and password.', no_network: 'No network. The first sign-in needs one.', too_many: 'Too many tries. Wait a little.', not_enrolled: 'This phone could not be enrolled. Try again.',
  org_needed: 'Several companies have this login. Enter the company code.',
  whose: 'Whose phone is this', mine: 'Mine', mine_why: 'Only I use it; it opens on Today', shared: 'Shared at the store', shared_why: 'Several people take turns, each with a PIN',
  pin: 'PIN', pin_hint: '4 to 6 digits; works offline', pin_again: 'Once more', pin_differs: 'The two differ.', pin_shape: 'Enter 4 to 6 digits.', done: 'Done',
  gone_sign_in: 'This phone still holds records to hand over. Sign in again once they are through.',
} as const
