/** How to put the app on the home screen, by the browser at hand. Pure. */

/** `inside`: WeChat and the like, which can keep nothing and install nothing. `address`: browsers whose shortcut is but an address. */
export const WAYS = ['ios', 'ios_other', 'chrome', 'huawei', 'xiaomi', 'address', 'inside', 'desktop', 'mac', 'firefox'] as const
export type Way = (typeof WAYS)[number]

const INSIDE = /MicroMessenger|DingTalk|Lark|Feishu|AlipayClient|\bQQ\//i
const ANDROID: [RegExp, Way][] = [
  [/HuaweiBrowser|HonorBrowser/i, 'huawei'], [/MiuiBrowser/i, 'xiaomi'], [/UCBrowser|UBrowser|MQQBrowser|baidu|Quark/i, 'address'],
]

/** `touches`: an iPad says that it is a Mac, which has no touch screen. */
export function wayOf(agent: string, touches: boolean): Way {
  if (INSIDE.test(agent)) return 'inside'
  if (/iPhone|iPad|iPod/.test(agent) || (/Macintosh/.test(agent) && touches)) return /CriOS|FxiOS|EdgiOS|UCBrowser|MQQBrowser|baidu|Quark/i.test(agent) ? 'ios_other' : 'ios'
  if (/Android|HarmonyOS/.test(agent)) return ANDROID.find(([name]) => name.test(agent))?.[1] ?? 'chrome'
  if (/Firefox/.test(agent)) return 'firefox'
  return /Macintosh/.test(agent) && !/Chrome|Edg/.test(agent) ? 'mac' : 'desktop'
}
