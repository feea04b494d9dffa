export default {
  title: '话术库', why: '每一步怎么说，客户的异议怎么答', open: '话术库', search: '搜一句话，或拼音首字母', all_steps: '全部步骤',
  none_found: '没有找到“{query}”。换个词试试。', none: '还没有话术。', none_lead: '还没有话术。先加一句常用的。',
  objection: '异议', script: '话术', objection_title: '客户说：{title}', insert: '用这一句', everybody: '全部门店', own: '本店', by: '来自 {name}', waits: '已存本机',
  add: '加一句', edit: '修改', edit_title: '修改话术', add_title: '加一句话术', kind: '这是', kind_script: '平时的话术', kind_objection: '异议的回答',
  step: '用在哪一步', said_label: '客户怎么说', said_hint: '例如 太贵了、再考虑考虑', zh_label: '怎么说（中文）', en_label: '怎么说（英文，可不写）', keywords_label: '关键词（可不写）', keywords_hint: '用空格隔开，方便搜到',
  placeholders: '可以写 {store}、{me}、{need}，用的时候换成门店、自己和客户的需求。', where: '给谁用', save: '保存', saved: '已存本机。联网后同事都能用。', save_failed: '没有存进手机。内容还在这里，腾出一点空间再点一次。',
  withdraw: '撤下', withdraw_ask: '撤下这一句？', withdraw_text: '同事的话术库里不再出现，已经写进跟进的内容不变。', withdrawn_saved: '已撤下，存在本机。', restore: '重新启用', withdrawn: '已撤下 · {n} 句', lack_text: '还没写怎么说。', lack_title: '还没写客户怎么说。', not_yours: '总部的话术，只有管理员能改。',
} as const
