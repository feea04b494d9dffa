export default {
  title: '撞单，请你定', why_overlap: '两人登记的时间分不出先后。', why_met: '后登记的一位已经跟客户谈过，请你来定。', why_earlier: '先后清楚，已按先登记的算。',
  certain: '登记于 {time}', uncertain: '登记于 {from} 到 {to} 之间（手机时间不准）', received: '同步于 {time}', photos: '照片 {n} 张',
  give: '归{name}', more: '平分或记下客户意愿', more_title: '定下这次撞单', wish: '客户想找谁', wish_none: '没有说', wish_note: '客户怎么说的（可不写）',
  outcome: '怎么定', split: '{one} {share}% · {other} {rest}%', split_hint: '业绩按比例算，客户归比例大的一位；一样大归先同步的一位。', rule: '就这么定',
  ruled_kept: '已存本机。联网后告诉两位同事。两边的记录都保留。',
} as const
