"""The sentences of the customer's pages: what happened, what is kept, what to do."""

from collections.abc import Mapping

LANGUAGES = ("zh", "en")

_ZH = {
    "title": "您好，想了解点什么？",
    "open": "{wait}内会有一位顾问联系您（营业到 {close}）。",
    "open_always": "{wait}内会有一位顾问联系您。",
    "closed": "门店现在休息，{promised} 前会有一位顾问联系您。",
    "unknown_hours": "门店开门后会有一位顾问联系您。",
    "minutes": " {n} 分钟",
    "phone": "手机号",
    "phone_hint": "例如 138 0013 8000",
    "name": "怎么称呼您",
    "name_hint": "例如 孙先生",
    "need": "想看什么",
    "need_hint": "例如 全屋定制、餐桌",
    "under_14": "我未满 14 周岁",
    "under_14_hint": "请由家长登记",
    "under_14_title": "请由家长来登记",
    "under_14_told": "未满 14 周岁，需要家长或监护人用自己的手机号登记并同意。什么都没有保存。"
    "也可以直接找店员。",
    "under_14_again": "由家长登记",
    "required": "必选",
    "optional": "可不选",
    "details": "说明",
    "submit": "提交",
    "leave": "不想留手机号？您可以直接找店员。",
    "check": "有几处需要您看一下，已填的内容都还在。",
    "phone_missing": "请填写手机号，顾问用它联系您。",
    "phone_invalid": "这个号码好像不完整，请再看一下。",
    "name_missing": "请告诉我们怎么称呼您。",
    "need_missing": "请写一句想看什么，随便看看也可以。",
    "too_long": "请缩短到 {n} 个字以内。",
    "consent": "没有勾选同意，什么都没有保存。您可以直接找店员。",
    "stale": "页面打开的时间有点久，内容都还在，请再提交一次。",
    "fast": "没有收到，内容都还在，请再提交一次。",
    "busy": "现在登记的人比较多，内容都还在。请稍等几分钟再提交，或直接找店员。",
    "choose_title": "您现在在哪家店？",
    "choose": "这张海报已经换新了。选一下您所在的门店，就可以继续登记。",
    "gone_title": "这个二维码已经停用",
    "gone": "什么都没有保存。您可以直接找店员，或扫店里其他的二维码。",
    "thanks_title": "已收到您的登记",
    "thanks": "{promised} 前会有一位顾问联系您。",
    "thanks_unknown": "门店开门后会有一位顾问联系您。",
    "pass": "您的登记码",
    "pass_hint": "到店出示给店员，不用再说一遍。可以截屏保存。",
    "agreed": "您同意了什么",
    "own": "查看、更正或删除您的资料",
    "consent_title": "您同意的内容",
    "consent_now": "这是现在使用的版本：{version}",
    "consent_was": "这是以前使用的版本：{version}",
    "consent_words": "文字的 SHA-256：",
    "consent_none": "没有这个版本。",
    "today": "今天 {time}",
    "tomorrow": "明天 {time}",
    "day": "{month}月{day}日 {weekday} {time}",
    "weekdays": "周一 周二 周三 周四 周五 周六 周日",
    "months": "",
}
_EN = {
    "title": "Hello, what can we show you?",
    "open": "A consultant will contact you within{wait} (open until {close}).",
    "open_always": "A consultant will contact you within{wait}.",
    "closed": "The store is closed now. A consultant will contact you before {promised}.",
    "unknown_hours": "A consultant will contact you once the store opens.",
    "minutes": " {n} minutes",
    "phone": "Mobile number",
    "phone_hint": "e.g. 138 0013 8000",
    "name": "How should we address you?",
    "name_hint": "e.g. Mr Sun",
    "need": "What are you looking for?",
    "need_hint": "e.g. fitted furniture, a dining table",
    "under_14": "I am under 14",
    "under_14_hint": "Please let a parent register",
    "under_14_title": "Please let a parent register",
    "under_14_told": "Under 14, a parent or guardian registers with their own number and agrees. "
    "Nothing has been stored. You may also ask any member of staff.",
    "under_14_again": "Register as a parent",
    "required": "Required",
    "optional": "Optional",
    "details": "Details",
    "submit": "Submit",
    "leave": "Rather not leave a number? Please ask any member of staff.",
    "check": "Please look at the lines below. Everything you typed is still here.",
    "phone_missing": "Please enter your number, so that a consultant can reach you.",
    "phone_invalid": "This number looks incomplete. Please check it.",
    "name_missing": "Please tell us how to address you.",
    "need_missing": "Please write a few words, even if you are only looking around.",
    "too_long": "Please shorten this to {n} characters.",
    "consent": "Without your consent nothing has been stored. Please ask any member of staff.",
    "stale": "The page was open for a while. Everything is still here, please submit it again.",
    "fast": "That did not arrive. Everything is still here, please submit it again.",
    "busy": "Many people are registering just now. Everything is still here. Please submit it "
    "again in a few minutes, or ask any member of staff.",
    "choose_title": "Which store are you in?",
    "choose": "This poster has been replaced by a new one. Choose your store to go on.",
    "gone_title": "This code is no longer in use",
    "gone": "Nothing has been stored. Please ask any member of staff or scan another code.",
    "thanks_title": "We have your registration",
    "thanks": "A consultant will contact you before {promised}.",
    "thanks_unknown": "A consultant will contact you once the store opens.",
    "pass": "Your pass",
    "pass_hint": "Show it at the counter and you need not explain twice. A screenshot will do.",
    "agreed": "What you agreed to",
    "own": "See, correct or erase your data",
    "consent_title": "What is agreed to",
    "consent_now": "The version in use: {version}",
    "consent_was": "A version no longer in use: {version}",
    "consent_words": "SHA-256 of the words: ",
    "consent_none": "There is no such version.",
    "today": "{time} today",
    "tomorrow": "{time} tomorrow",
    "day": "{weekday} {day} {month}, {time}",
    "weekdays": "Mon Tue Wed Thu Fri Sat Sun",
    "months": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
}
WORDS: Mapping[str, Mapping[str, str]] = {"zh": _ZH, "en": _EN}


def choose_language(asked: str | None, accepts: str) -> str:
    """`zh` or `en`: what was asked for, else the browser's first of the two, else Chinese."""
    if asked in LANGUAGES:
        return asked
    ranked = sorted(map(_preference, accepts.lower().split(",")), key=lambda found: -found[0])
    return next((tag for _, tag in ranked if tag in LANGUAGES), "zh")


def _preference(part: str) -> tuple[float, str]:
    tag, _, quality = part.strip().partition(";q=")
    try:
        return float(quality or 1), tag[:2]
    except ValueError:
        return 0.0, tag[:2]
