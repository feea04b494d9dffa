export default {
  title: '同事', why: '请假、排班、接单份额，离职交接', self: '我', none: '没有由你管的同事。', offline: '同事要联网才能看和改。', not_yours: '这位同事不归你管。', no_network: '没有网络，没有保存。你填的还在，联网后再点一次。',
  active: '在岗', leave: '请假', travel: '出差', left: '已离职', leave_until: '请假，{day} 回来', travel_until: '出差，{day} 回来', on_today: '今天 {hours}', off_today: '今天不上班', takes: '接新客户', takes_none: '不接新客户', holds: '手上 {n} 条线索在跟',
  presence: '在不在', last_day: '到哪天（含）', back_hint: '第二天起自动恢复接单。', open_hint: '不填就一直算不在，要手动改回来。', away_why: '不在的时候不派新客户；已经派给他、还没接的，马上改派。',
  shifts: '排班', shifts_at: '排班，{store}', as_store: '同门店时间', own_shifts: '单独排班',
  part: '接单', level: '级别', senior: '资深', not_senior: '一般', skills: '技能', skills_hint: '几项用顿号隔开。派单规则里要用一样的写法。', weight: '份额', cap: '手上最多', as_store_cap: '同门店', weight_hint: '份额是比例；0 表示只接自己的老客户。派单规则里单独写了这个人的，以那里为准。',
  save: '保存', saved: '已保存。', failed: '没有成功，什么都没变。过一会儿再试。', forbidden: '这一项要区域经理或管理员来改。',
  not_away: '只有请假或出差才填日期。', in_the_past: '日期已经过了。', date_out_of_range: '日期太远，看看是不是选错了。', overlap: '有两段班的时间重叠。', out_of_day: '时间要在 0 点到 24 点之间。', never_opens: '一周至少要排一段班。整段不在就选请假。', other_store: '他不在这家店上班。',
  handover: '交接', handover_why: '名下客户、手上的线索、没接的单和约好的时间，一次交给别人。', leaves: '办离职', leaves_title: '{name} 离职', handover_title: '交接 {name} 的客户', to_whom: '交给谁', to_store: '按门店份额分', to_me: '我自己', counting: '正在算…',
  moves: '要交出 {customers} 位客户、{leads} 条在跟的线索、{offers} 个还没接的单，其中 {appointments} 位约好了下次时间。', nothing: '名下没有要交接的客户。', phones_lose: '{phones} 部手机会各移走 {rows} 条记录。', at_risk: '手机上还有 {unsent} 条记录、{photos} 张照片没同步：最好先让他打开手机联网一次。晚到的也会归到新负责人那里。', all_sent: '手机上次联网时都已同步。', never_heard: '有 {n} 部手机还没联过网，上面有没有没同步的不知道。',
  receives: '{customers} 位客户，{leads} 条线索', handover_ask: '现在交接 {name} 的客户？', handover_yes: '交接', leaves_ask: '{name} 现在离职？', leaves_yes: '离职并交接', handed: '办好了，交出 {customers} 位客户、{leads} 条线索。', nobody_eligible: '有门店没有能接手的人，请选一位同事。', not_eligible: '选的人里有现在接不了的，请换一位。',
  rejoin: '恢复在职', rejoin_ask: '{name} 恢复在职？', rejoin_why: '可以重新登录和接单。交接出去的客户不会自动回来。',
  facts: '变动记录', by_itself: '到期', fact_changed: '{time}，{who} 改了资料', fact_active: '{time}，{who}，恢复在岗', fact_leave: '{time}，{who} 记了请假', fact_travel: '{time}，{who} 记了出差', fact_left: '{time}，{who} 办了离职', fact_handover: '{time}，{who} 交接了 {n} 位客户',
} as const
