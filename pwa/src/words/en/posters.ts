export default {
  title: 'Posters', why: 'A QR code for each position: look at it, print it, add one', loading: 'Fetching the posters.', offline: 'No network. Try again once you are online.', none: 'This store has no posters yet. Add a position first.', known_at: 'As of {time}',
  print: 'Print', print_all: 'Print all {n}', all_title: 'All posters', preview: 'What the poster “{position}” looks like', format: 'Size', format_a4: 'A4', format_a6: 'A6', format_table: 'Table card', format_badge: 'Badge',
  about_a4: 'For doors and walls, scans from about 1 metre.', about_a6: 'For the counter and displays.', about_table: 'Folds into a tent for the table, scans from both sides.', about_badge: 'Worn on the chest, 60 × 90 mm, with a hole.',
  where: 'Printed where', where_own: 'In the store', where_press: 'By a print shop', about_own: 'Print at 100%, do not scale.', about_press: '3 mm bleed on each side, with crop marks.',
  download: 'Download PDF', share: 'Send to somebody', share_again: 'The file is ready. Tap “Send to somebody” again.',
  new_title: 'Add a position', position: 'Position', position_hint: 'e.g. door, till, show flat. It is printed on the poster, customers see it too.', position_needed: 'Say where it hangs.', hang: 'Make the poster', hung: 'The poster “{position}” is ready to print.', taken: 'There is a poster for this position already. Use another name.', too_many: 'This store has as many posters as it may have. Take down those not in use.',
}
