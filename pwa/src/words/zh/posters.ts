export default {
  title: '海报', why: '每个位置一个二维码，看样子、打印、加位置', loading: '正在取海报。', offline: '没有网络，联网后再试。', none: '这家店还没有海报。先加一个位置。', known_at: '{time} 的情况',
  print: '打印', print_all: '打印全部 {n} 张', all_title: '全部海报', preview: '“{position}”海报的样子', format: '尺寸', format_a4: 'A4', format_a6: 'A6', format_table: '桌卡', format_badge: '胸牌',
  about_a4: '贴门口和墙上，约 1 米内可扫。', about_a6: '放收银台和展台。', about_table: '对折立在桌上，两面都能扫。', about_badge: '挂在胸前，60 × 90 毫米，留挂孔。',
  where: '在哪里印', where_own: '店里打印', where_press: '印刷厂', about_own: '按 100% 打印，不要缩放。', about_press: '四边各多 3 毫米出血，带裁切线。',
  download: '下载 PDF', share: '发给别人', share_again: '文件好了，再点一次“发给别人”。',
  new_title: '加一个位置', position: '位置', position_hint: '例如 门口、收银台、二楼样板间。印在海报上，客户也看得到。', position_needed: '写一下贴在哪里。', hang: '生成海报', hung: '“{position}”的海报好了，可以打印。', taken: '这个位置已经有海报了，换个名字。', too_many: '这家店的海报已经到上限，先停用不用的。',
  week_line: '{week} 扫码 {scans} · 登记 {registrations} · 接单 {accepted}', this_week: '本周', last_week: '上周', figures_why: '扫码是打开登记页的次数，登记是留了电话的，接单是有人接了的。',
  old_title: '要换下的海报', old_rest: '已经换下的', leaving: '还能用', ended: '已到期', revoked: '已停用', old_leaving: '旧码用到 {day}。在那之前把这个位置的海报都换成新的。', old_ended: '旧码用到 {day} 为止，现在扫到的人要先选门店。', old_revoked: '{day} 停用，扫到的人登记不了。把海报取下来。',
  old_quiet: '换码以后没有人扫到旧码。', old_lingers: '{day} 还有人扫到旧码，找找哪里没换。', old_given_up: '{day} 起不再用，把海报取下来。扫到的人要先选门店。', old_by: '{name} 改的', print_new: '打印新海报',
  end: '换码或停用', end_title: '“{position}”的二维码', how_replace: '换新码', how_revoke: '马上停用', how_take_down: '不再用这个位置', grace: '旧海报再用多久', days: '{n} 天',
  about_replace: '生成一个新码。旧海报在这几天里照常能扫，到期后扫到的人先选门店，不会扫空。', about_revoke: '码被盗用或冒贴时用。旧海报立刻登记不了，同时生成新码。', about_take_down: '不生成新码。扫到旧海报的人先选门店。', about_revoke_old: '旧海报立刻登记不了，新码照常用。',
  done_replace: '换好了。打印新海报，{day} 前换上。', done_revoke: '已停用。把旧海报取下来。', done_take_down: '已停用。把海报取下来。', ended_before: '这个码刚刚已经有人改过了。', end_failed: '没有改成。过一会儿再试。',
} as const
