export default {
  sign_in: '登录', org: '企业代码', org_hint: '只有一家企业时可不填', login: '登录名', password: '密码', show_password: '显示密码',
  wrong: '登录名或密码不对。', link_void: '这个登录链接已失效，请用账号和密码登录。', no_network: '没有网络，第一次登录需要联网。', too_many: '试得太快了，过一会儿再试。', not_enrolled: '这部手机没能登记，请再试一次。',
  org_needed: '这个登录名在几家企业里都有，请填企业代码。',
  whose: '这部手机是谁的', mine: '我的手机', mine_why: '只有我用，打开就能看到今日', shared: '门店共用', shared_why: '几个人轮流用，各自用数字密码打开',
  pin: '数字密码', pin_hint: '4 到 6 位数字，没有网络也能用', pin_again: '再输一次', pin_differs: '两次不一样。', pin_shape: '请输入 4 到 6 位数字。', done: '完成',
  gone_sign_in: '这部手机上还有没交出去的记录，联网交出后才能重新登录。',
} as const
