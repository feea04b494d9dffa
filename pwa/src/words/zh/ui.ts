export default {
  back: '返回', close: '关闭', cancel: '先不', understood: '知道了', optional: '可不填', left: '上次没写完的，还在这里。', anew: '重新写', full: '最多 {n} 字，已经写满。',
  comma: '，', pause: '、', semicolon: '；', colon: '：',
  left_minutes: '剩余 {n} 分钟', late_minutes: '已超时 {n} 分钟',
  five_steps: '五步', step_done: '已完成', step_now: '正在进行', step_open: '未完成',
  step_greeting: '问候', step_needs: '需求确认', step_proposal: '方案推荐', step_objection: '异议处理', step_revisit: '预约复访',
  step_greeting_short: '问候', step_needs_short: '需求', step_proposal_short: '方案', step_objection_short: '异议', step_revisit_short: '复访',
} as const
