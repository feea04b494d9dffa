export default {
  shopbell: 'Shopbell',
  tabs: 'Main pages', today: 'Today', customers: 'Customers', scan: 'Scan', visit: 'Check in', me: 'Me', desk: 'Store', register: 'Register', home: 'Home',
  synced: 'Synced {time}', synced_never: 'Not synced yet', offline: 'Offline', offline_kept: 'Offline · {n} on this phone',
  syncing: 'Syncing', syncing_of: 'Syncing {done}/{total}', attention: 'Needs you: {n}', open_sync: 'Open sync',
  new_version: 'New version', new_version_begins: 'The new version is being put in place. The page will reload by itself.', apply_now: 'Update now', later: 'Later', refresh: 'Reload',
  sign_in_again: 'Your sign-in has expired; your records are still here. Tap to sign in again.',
  phone_foreign: 'Sign in again', phone_foreign_why: 'The server does not recognise this phone; records stay here for now. Tap, then sign out and in again.',
  missing: 'No such page', missing_why: 'The link may be incomplete.', to_start: 'To the start', loading: 'Opening', broken: 'This page did not open. Your records are safe on this phone.', again: 'Try again',
  first_sync: 'First sync {done} / {total}', first_sync_usable: 'First sync {done} / {total}; use what is here', first_sync_waits: 'First sync stopped at {done} / {total}; it goes on with a network', first_sync_begins: 'First sync, just a moment',
  refetch: 'Syncing again {done} / {total}; lists are not whole yet', refetch_waits: 'Syncing again stopped at {done} / {total}; lists are not whole; it goes on with a network', refetch_begins: 'Syncing again; lists are not whole yet', sync_cut: 'Lists are not whole yet; the next sync fills them',
  newer: 'Waiting for the server’s update', newer_kept: 'Server updating · {n} saved here',
  late_kept: '{n} on this phone, the oldest for {span}', skip: 'Skip to content',
} as const
