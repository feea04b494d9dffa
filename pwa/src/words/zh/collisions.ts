export default {
  title: '撞单，请你定', why_overlap: '两人登记的时间分不出先后。', why_met: '后登记的一位已经跟客户谈过，请你来定。', why_earlier: '先后清楚，已按先登记的算。',
  certain: '{time} 登记', uncertain: '{from} 到 {to} 之间登记（手机时间不准）', received: '{time} 同步', photos: '照片 {n} 张',
  give: '归{name}', more: '平分或记下客户意愿', more_title: '定下这次撞单', wish: '客户想找谁', wish_none: '没有说', wish_note: '客户怎么说的（可不写）',
  outcome: '怎么定', split: '{one} {share}% · {other} {rest}%', split_hint: '业绩按比例算，客户归比例大的一位；一样大归先同步的一位。', rule: '就这么定',
  ruled_kept: '已存本机。联网后告诉两位同事。两边的记录都保留。',
  collided_somebody: '同事',
  collided_open: '你和{who}都登记了这位客户，分不出先后，等店长定',
  collided_yours: '你先登记，客户归你；{who}的登记也保留',
  collided_theirs: '{who}先登记，客户归{who}；你的登记保留，算协助',
  collided_yours_ruled: '和{who}撞单，店长定归你',
  collided_theirs_ruled: '和{who}撞单，店长定归{who}；你的记录都保留',
  collided_split: '和{who}撞单，店长定你占 {share}%',
} as const
