export default {
  title: '门店时间', why: '营业时间、休息日和节假日，多久没人接找店长', offline: '门店时间要联网才能看和改。', none: '没有由你管的门店。', which: '哪家店',
  week: '每周营业时间', rest: '休息', all_day: '全天', until_next_day: '{opens}–次日 {closes}', from_to: '{from} 至 {to}', change_day: '{day} {text}，改时间',
  opens: '开门', closes: '关门', closes_next_day: '关门（次日）', add_shift: '加一段', remove_shift: '去掉第 {n} 段', same_for: '同样用于', done: '完成', day_rests: '这天休息。要营业就加一段。',
  dates: '休息和另定时间的日子', dates_none: '没有安排，每周照常。', add_dates: '加日子', change_dates: '{day} {text}，修改', first: '从', last: '到', dates_rest: '休息', dates_open: '另定时间', remove_dates: '去掉这些日子',
  holidays: '法定节假日', holiday_usual: '照常营业', holiday_sunday: '按周日的时间', holiday_closed: '休息', make_up: '调休上班的周末', make_up_usual: '照常，按周末的时间', make_up_weekday: '按所替工作日的时间',
  coming: '接下来的节假日', coming_make_up: '调休上班：{days}', unknown: '{years} 年的调休安排还没有收录，先只按法定节日算。公布并更新系统后会自动补上。',
  patience: '多久没人接单，找店长', minutes: '{n} 分钟', hours: '{n} 小时', patience_why: '只算营业时间。催促、换人和提醒按比例提前。',
  save: '保存', saved: '已保存。等着的客户按新时间计时。', unchanged: '没有改动。', changed: '{name} {time} 改过', unsaved: '改动还没保存，先留在这部手机上。',
  overlap: '这段和另一段时间重叠。', out_of_day: '时间要在 0 点到 24 点之间。', never_opens: '这样门店一直不开门。至少留一段营业时间。', bad_date: '请选日期。', date_order: '结束不能早于开始。', dates_taken: '其中有日子已经另有安排。', too_long: '一次最多一年。', incomplete: '开门和关门都要填。', need_shift: '至少加一段时间，或者选休息。',
  date_out_of_range: '日期太早或太远，看看是不是选错了。', patience_out_of_range: '要在 5 分钟到 4 小时之间。', unknown_place: '这家店的时区或国家不对，请找管理员。', not_accepted: '这里不对，没有保存。',
  look: '标红的地方改好再保存。', conflict: '{name} 刚刚改过，所以没有保存。你填的还在；看最新的会换掉它们。', conflict_nobody: '刚刚有人改过，所以没有保存。你填的还在；看最新的会换掉它们。', newest: '看最新的', not_saved: '没有网络，没有保存。你填的还在，联网后再点保存。', failed: '没有保存成功，你填的还在。过一会儿再试。',
} as const
