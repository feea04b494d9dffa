export default {
  title: '海报', why: '每个位置一个二维码，看样子、打印、加位置', loading: '正在取海报。', offline: '没有网络，联网后再试。', none: '这家店还没有海报。先加一个位置。', known_at: '{time} 的情况',
  print: '打印', print_all: '打印全部 {n} 张', all_title: '全部海报', preview: '“{position}”海报的样子', format: '尺寸', format_a4: 'A4', format_a6: 'A6', format_table: '桌卡', format_badge: '胸牌',
  about_a4: '贴门口和墙上，约 1 米内可扫。', about_a6: '放收银台和展台。', about_table: '对折立在桌上，两面都能扫。', about_badge: '挂在胸前，60 × 90 毫米，留挂孔。',
  where: '在哪里印', where_own: '店里打印', where_press: '印刷厂', about_own: '按 100% 打印，不要缩放。', about_press: '四边各多 3 毫米出血，带裁切线。',
  download: '下载 PDF', share: '发给别人', share_again: '文件好了，再点一次“发给别人”。',
  new_title: '加一个位置', position: '位置', position_hint: '例如 门口、收银台、二楼样板间。印在海报上，客户也看得到。', position_needed: '写一下贴在哪里。', hang: '生成海报', hung: '“{position}”的海报好了，可以打印。', taken: '这个位置已经有海报了，换个名字。', too_many: '这家店的海报已经到上限，先停用不用的。',
} as const
