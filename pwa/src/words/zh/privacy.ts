export default {
  erase: '删除个人资料', erase_title: '删除 {name} 的个人资料？', word: '删除',
  what: '客户有权要求删除。资料、联系方式、线索和全部动态{parts}会从服务器和 {n} 部手机上删掉，不能恢复。\n同事手机上还没上传的记录也一并删除。',
  with: '（{parts}）', n_follow_up: '{n} 次跟进', n_comment: '{n} 条备注', n_visit: '{n} 次打卡', n_photo: '{n} 张照片', n_recording: '{n} 段录音',
  open_lead: '还有没关闭的线索。删除后线索和计时一起结束。',
  why: '为什么删除', reason_asked: '客户要求', reason_consent_withdrawn: '撤回同意', reason_retention_over: '保存期已满', reason_under_14: '未满 14 周岁',
  type: '输入“{word}”确认', yes: '永久删除', done: '已删除。各部手机下次同步时收走。', failed: '没有删除。连上网络再试一次。',
  offline: '删除个人资料要由服务器来做，连上网络再试。',
  title: '资料删除', list_why: '谁的手机还没有确认', none: '还没有删除过个人资料。', list_offline: '连上网络才能看到。', by_themselves: '客户本人',
  waiting: '{of} 部手机里，{n} 部还没有确认', all_gone: '{n} 部手机都已确认', phone_seen: '上次联网 {time}', phone_never: '还没有联过网', phone_stopped: '已停用',
  gone_unsent: '该客户的资料已应本人要求删除，你未上传的记录也一并删除。', gone_line: '{time} · {n} 条',
} as const
