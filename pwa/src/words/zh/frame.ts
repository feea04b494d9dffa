export default {
  shopbell: '门铃',
  tabs: '主要页面', today: '今日', customers: '客户', scan: '扫码', visit: '打卡', me: '我的', desk: '门店', register: '登记', home: '首页',
  synced: '已全部同步 {time}', synced_never: '还没有同步过', offline: '离线', offline_kept: '离线 · {n} 条存在本机',
  syncing: '正在同步', syncing_of: '正在同步 {done}/{total}', attention: '{n} 条需处理', open_sync: '打开同步页',
  new_version: '有新版本', new_version_begins: '正在换上新版本，换好会自动刷新', apply_now: '现在更新', later: '稍后', refresh: '刷新',
  sign_in_again: '登录已过期，记录仍存在本机。点这里重新登录。',
  phone_foreign: '需重新登录', phone_foreign_why: '服务器没认出这部手机，记录先存在本机。点这里，退出后再登录一次。',
  missing: '没有这个页面', missing_why: '链接可能不完整。', to_start: '回首页', loading: '正在打开', broken: '这个页面没能打开。你的记录都在本机。', again: '再试一次',
  first_sync: '第一次同步 {done} / {total}', first_sync_usable: '第一次同步 {done} / {total}，已到的可以先用', first_sync_waits: '第一次同步停在 {done} / {total}，联网后继续', first_sync_begins: '正在第一次同步，马上就好',
  refetch: '正在重新同步 {done} / {total}，列表还不全', refetch_waits: '重新同步停在 {done} / {total}，列表还不全，联网后继续', refetch_begins: '正在重新同步，列表还不全', sync_cut: '列表还不全，同步后补齐',
  newer: '等服务器升级', newer_kept: '等服务器升级 · {n} 条存在本机', late_kept: '{n} 条存在本机，最早的已 {span}', skip: '跳到内容',
} as const
