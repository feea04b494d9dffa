export default {
  shopbell: 'Shopbell',
  tabs: 'Main pages', today: 'Today', customers: 'Customers', scan: 'Scan', visit: 'Check in', me: 'Me', desk: 'Store', register: 'Register', home: 'Home',
  synced: 'All synced {time}', synced_never: 'Not synced yet', offline: 'Offline', offline_kept: 'Offline · {n} on this phone',
  syncing: 'Syncing', syncing_of: 'Syncing {done}/{total}', attention: '{n} need you', open_sync: 'Open sync',
  new_version: 'New version', apply_now: 'Update now', later: 'Later', outdated: 'A newer version is open elsewhere. Please reload.', refresh: 'Reload',
  wechat: 'Tap ··· at the top right and open in the browser', wechat_why: 'Pages inside WeChat cannot keep records offline. Open in the browser once, then start from the home screen.',
  sign_in_again: 'Your sign-in has expired; your records are still here. Tap to sign in again.',
  missing: 'No such page', missing_why: 'The link may be incomplete.', to_start: 'To the start', loading: 'Opening', broken: 'This page did not open. Your records are safe on this phone.', again: 'Try again',
  first_sync: 'First sync {done} / {total}', not_saved: 'The phone’s storage refuses writes. What you just typed is in a reserve. Export it first, then free some space.',
  not_saved_at_all: 'The phone’s storage refuses writes and this was not saved. Take a screenshot or a note, then free some space.',
  evicted: 'The browser cleared this phone’s data. Synced records are being fetched again; unsynced ones are gone from this phone.', skip: 'Skip to content',
} as const
