export default {
  title: '跟进模板', why: '每次跟进多问什么、拍什么，按等级和阶段', must: '必问', asked_last: '上次：{text}', reply: '客户怎么说', reply_label: '{question}，客户怎么说', photo_prompt: '{what} {n}/1', photo_pick: '{what}，相册',
  objection_open: '{when}没解决：{note}', objection_open_plain: '{when}有异议，还没解决', objection_standing: '还没解决的异议', objection_answer: '去回应', unknown_question: '已撤下的问题', answer_line: '{question} {answer}',
  example: '范例 · {name}：{text}', example_plain: '范例：{text}', by_template: '按模板“{name}”',
  stage_first: '首次接触', stage_following: '跟进中', stage_opportunity: '商机', all_stores: '全部门店', all_tiers: '全部等级', none: '还没有模板。跟进照常填 8 项。', add: '新建模板', waits: '已存本机', summary: '{questions} 个问题 · {photos} 张照片', withdrawn_n: '已撤下 · {n} 份', not_yours: '总部的模板，只有管理员能改。',
  new_title: '新建模板', name: '模板名称', name_hint: '例如 A 类首次到店', where: '用在哪里', stage: '什么时候用', tiers: '哪些等级（不选就是全部）', requires: '还要填', count: '{n}/8 必填', count_over: '必填 {n} 项，最多 8 项。去掉一个必问，或者不填心情、突破点。', count_why: '怎么联系的和五步占 6 项，另外最多 2 项。',
  questions: '要问的', question_n: '问题 {n}', question_zh: '问什么（中文）', question_en: '问什么（英文，可不写）', question_must: '必须问到', question_choices: '选项（可不写，用逗号隔开）', question_add: '加一个问题', question_step: '问题 {n} 在哪一步', up: '上移问题 {n}', down: '下移问题 {n}', drop: '去掉问题 {n}',
  photos: '要拍的', photo_zh: '拍什么（中文）', photo_en: '拍什么（英文，可不写）', photo_add: '加一张照片', photo_drop: '去掉照片 {n}', photo_n: '照片 {n}', photo_hint: '例如 门头照、户型图',
  examples: '范例', examples_hint: '写得好的记录，同事填到这一步时看得到，点一下就能用。', example_of: '{step}的范例', credit: '来自 {name}', to_library: '存进话术库', to_library_saved: '已存进话术库，存在本机。',
  preview: '预览', preview_none: '和平常一样，没有多问的。', save: '保存', saved: '模板已存本机。联网后同事的跟进里就有。', save_failed: '没有存进手机。内容还在这里，腾出一点空间再点一次。', draft_kept: '没保存的改动存在本机 {time}', edit_begun: '没保存', begun_first: '这份模板还有没保存的改动，先保存或丢掉，再来改这一条。', draft_drop: '丢掉改动', draft_drop_ask: '丢掉没保存的改动？', withdraw: '撤下', withdraw_ask: '撤下这份模板？', withdraw_text: '之后的跟进不再用它，已经填的内容不变。', withdrawn_saved: '已撤下，存在本机。', restore: '重新启用', gone: '这份模板不在这台手机上。',
  lack_name: '还没写名称。', lack_question: '问题 {n} 还没写。', lack_choices: '问题 {n} 最多 6 个选项，每个最多 40 字。', lack_photo: '照片 {n} 还没写。',
  made_instead: '客户', make: '设为范例', make_of: '设为范例：{title}', made: '记录已放进编辑页，客户的姓名和号码已去掉。看一遍再保存。', made_name: '{name} 的范例',
} as const
