export default {
  title: '公共池', count: '{n} 位', empty: '公共池里现在没有客户。',
  hint: '这些客户现在没有负责人。领取后资料和动态会到这台手机上。', hint_look: '这些客户现在没有负责人，接单的同事可以领取。',
  take: '领取', take_label: '领取 {name}', kept: '已存本机', kept_more: '领取已存本机，联网后确认。如果同事先领了，会告诉你是谁。',
  not_saved: '没有存进手机。腾出一点空间再点一次。', cooling: '你刚负责过，{when} 起可以再领',
  days: '在池 {n} 天', days_today: '今天进池',
  why_no_answer: '一直没有回应', why_no_attempt: '很久没人联系', why_released: '负责人放出', why_imported: '导入的名单',
  rehearsal: '回收试算', rehearsal_hint: '看看接下来谁的客户会回公共池。只是看，不会有任何改动。', rehearse: '算一下',
  rehearsal_offline: '没有连上服务器，联网后再试。', rehearsal_none: '接下来没有客户会回公共池。',
  going_no_answer: '{who} · {when}：客户一直没有回应', going_no_attempt: '{who} · {when}：一直没有联系',
  leaving: '将回公共池',
  leaving_silent: '{when} 回公共池 · 客户一直没有回应',
  leaving_untried: '{when} 回公共池 · 一直没有联系',
} as const
