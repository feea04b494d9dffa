"""Every word and sentence of the pages that a person takes along, side by side in each language.

Values go by the name of their field: what somebody wrote is never taken for one of our words.
"""

from collections.abc import Mapping
from typing import NamedTuple

from server.pages import EN


class Word(NamedTuple):
    zh: str
    en: str

    def of(self, language: str) -> str:
        return self.en if language == EN.code else self.zh


Words = Mapping[str, Word]

SENTENCES: Words = {
    "title_all": Word("您在本店的全部资料", "Everything this store holds about you"),
    "title_one": Word("您这次登记的资料", "What you gave with this registration"),
    "made": Word("制作于 {at}", "made {at}"),
    "counted": Word(
        "共 {n} 项。同样的内容在 data.json 里，供其他软件读取。员工只写职务，不写姓名。",
        "items: {n}. The same is in data.json, for other software to read. Staff are told by "
        "their role, not by name.",
    ),
    "by": Word("记录人：{who}", "Recorded by: {who}"),
    "from": Word("来自：{source}", "From: {source}"),
    "voided": Word("已作废", "Taken back"),
    "kind_of": Word("{kind}（{of}）", "{kind} ({of})"),
    "refused": Word(
        "店里有人记过这些，但没有写进您的资料。",
        "Somebody at the store noted this, but it did not become part of your data.",
    ),
    "reason": Word("原因：{reason}。", "Reason: {reason}."),
    "given_up": Word("记录的人后来也放弃了。", "Whoever noted it gave it up later."),
    "asked": Word("记录的人补充：{text}", "Added by whoever noted it: {text}"),
    "answered": Word("答复：{text}", "Answer: {text}"),
    "withdrawn_question": Word("已撤下的问题", "A question withdrawn since"),
    "seconds": Word("{n} 秒", "{n} s"),
    "empty": Word("没有填", "not given"),
    "yes": Word("是", "yes"),
    "no": Word("否", "no"),
    "next": Word("", " "),
    "pause": Word("、", ", "),
    "stop": Word("；", "; "),
    "mark": Word("：", ": "),
}
"""`next` stands between sentences, `pause` in lists, `stop` between what has a label each."""

KINDS: Words = {
    "customer": Word("档案", "Profile"),
    "arrival": Word("登记", "Registration"),
    "consent": Word("同意或撤回", "Consent given or withdrawn"),
    "contact": Word("联系人", "Contact person"),
    "lead": Word("接待任务", "Request for advice"),
    "closing": Word("接待结束", "End of a request"),
    "follow_up": Word("跟进", "Follow-up"),
    "comment": Word("备注", "Note"),
    "visit": Word("到访记录", "Visit"),
    "conflict": Word("两种说法", "Two versions"),
    "correction": Word("更正", "Correction"),
    "deletion": Word("删除", "Deletion"),
    "photo": Word("照片", "Photo"),
    "recording": Word("录音", "Recording"),
    "earlier": Word("以前的内容", "What it said before"),
    "refused": Word("没有采纳的内容", "Not taken over"),
    "number": Word("手机号", "Mobile number"),
}
REASONS: Words = {
    "not_valid": Word("内容不完整，或者格式不对", "it was incomplete, or not in the right form"),
    "not_allowed": Word(
        "记录的人当时不能记这一项", "whoever noted it was not allowed to at the time"
    ),
    "late": Word("已经过了可以更改的时间", "the time for changes was over"),
    "no_consent": Word("没有记下您的同意", "your consent was not recorded"),
    "not_found": Word("当时找不到它所属的记录", "the record it belongs to was not found"),
    "together": Word(
        "和它一起提交的另一项没有采纳", "something else sent with it was not taken over"
    ),
    "fault": Word("系统当时出了错", "the system failed at the time"),
}
SOURCES: Words = {
    "own_phone": Word("自己的手机", "your own phone"),
    "staff_phone": Word("员工的手机", "a staff phone"),
    "server": Word("系统", "the system"),
}
WHO: Words = {
    "customer": Word("您本人", "you"),
    "system": Word("系统", "the system"),
    "rep": Word("顾问", "consultant"),
    "clerk": Word("店员", "clerk"),
    "manager": Word("店长", "store manager"),
    "area": Word("区域经理", "area manager"),
    "admin": Word("管理员", "administrator"),
    "staff": Word("员工", "staff"),
}
FIELDS: Words = {
    "name": Word("姓名", "Name"),
    "salutation": Word("称呼", "Form of address"),
    "phone": Word("手机号", "Mobile number"),
    "need": Word("需求", "Looking for"),
    "budget": Word("预算", "Budget"),
    "community": Word("小区", "Community"),
    "house_type": Word("户型", "Home"),
    "wechat": Word("微信", "WeChat"),
    "move_in": Word("入住时间", "Moving in"),
    "source": Word("来源", "Source"),
    "tier": Word("等级", "Tier"),
    "tags": Word("标签", "Tags"),
    "marketing": Word("愿意收到优惠", "Wants to hear of offers"),
    "withdrawn": Word("撤回时间", "Withdrawn"),
    "last_contact_at": Word("最近联系", "Last contact"),
    "next_at": Word("下次预约", "Next appointment"),
    "contact_count": Word("联系次数", "Number of contacts"),
    "position": Word("位置", "Place in the store"),
    "consents": Word("同意", "Consents"),
    "guardian": Word("监护人", "Guardian"),
    "purpose": Word("哪一项", "About"),
    "version": Word("版本", "Version"),
    "given": Word("同意", "Agreed"),
    "how": Word("怎么说的", "How"),
    "note": Word("备注", "Note"),
    "words_sha256": Word("文字的 SHA-256", "SHA-256 of the words"),
    "relation": Word("关系", "Relation"),
    "state": Word("状态", "State"),
    "close_reason": Word("结束原因", "Why it ended"),
    "reason": Word("原因", "Reason"),
    "channel": Word("方式", "How"),
    "greeting": Word("问候", "Greeting"),
    "needs": Word("需求确认", "Needs"),
    "proposal": Word("方案推荐", "Proposal"),
    "objection": Word("异议处理", "Objections"),
    "revisit": Word("预约复访", "Next time"),
    "answers": Word("回答", "Answers"),
    "mood": Word("心情", "Mood"),
    "breakthrough": Word("突破点", "What would decide it"),
    "started_at": Word("开始", "Began"),
    "ended_at": Word("结束", "Ended"),
    "text": Word("内容", "Text"),
    "field": Word("哪一项内容", "Which field"),
    "value": Word("现在的", "Now"),
    "value_other": Word("另一种", "The other"),
    "fields": Word("改成", "Changed to"),
    "void": Word("作废", "Taken back"),
    "kind": Word("关于", "About"),
    "shows": Word("拍的是", "Shows"),
    "taken": Word("怎么拍的", "Origin"),
    "exif_at": Word("拍摄时间", "Taken"),
    "width": Word("宽", "Width"),
    "height": Word("高", "Height"),
    "duration_ms": Word("时长", "Length"),
    "result": Word("结果", "Result"),
    "at": Word("时间", "Time"),
    "add": Word("加上", "Added"),
    "remove": Word("去掉", "Removed"),
}
PURPOSES: Words = {
    "service": Word("接待和联系", "Contact and advice"),
    "marketing": Word("优惠和活动通知", "Offers and events"),
    "photo": Word("拍到人的照片", "Photos of people"),
}
ENDINGS: Words = {
    "opportunity": Word("转为商机", "Became an opportunity"),
    "no_need": Word("没有需求", "No need"),
    "unreachable": Word("联系不上", "Unreachable"),
    "wrong_number": Word("号码不对", "Wrong number"),
    "test": Word("测试", "Test"),
    "merged": Word("并入同一位客户", "Joined with the same customer"),
    "withdrawn": Word("客户撤回了同意", "Consent was withdrawn"),
    "pool": Word("客户回到公共池", "Went back to the store's pool"),
}
PARTINGS: Words = {
    "bought": Word("已在别处买了", "Bought elsewhere"),
    "dropped": Word("不打算装了", "No longer furnishing"),
    "moved": Word("不在本地", "Not in this city"),
    "asked": Word("客户要求不再联系", "Asked not to be contacted"),
}
"""Why there is to be no further contact, as the form has it; anything else is somebody's own."""

VALUES: Mapping[str, Words] = {
    "purpose": PURPOSES,
    "how": {
        "own_phone": Word("自己的手机", "own phone"),
        "verbal": Word("口头", "verbally"),
        "signed": Word("签字", "signed"),
    },
    "source": {
        "poster": Word("扫码登记", "Scanned the poster"),
        "staff": Word("店员登记", "Registered by staff"),
        "pass": Word("出示登记码", "Showed a pass"),
        "referral": Word("转介绍", "Referred"),
        "other": Word("其他来源", "Other source"),
    },
    "relation": {
        "self": Word("本人", "Same person"),
        "mother": Word("母亲", "Mother"),
        "father": Word("父亲", "Father"),
        "guardian": Word("监护人", "Guardian"),
        "spouse": Word("配偶", "Spouse"),
        "parent": Word("父母", "Parent"),
        "child": Word("子女", "Child"),
        "designer": Word("设计师", "Designer"),
        "builder": Word("施工负责人", "Builder"),
        "assistant": Word("代办人", "Assistant"),
    },
    "state": {
        "waiting": Word("等待安排", "Waiting for somebody"),
        "offered": Word("等待接单", "Offered, not accepted yet"),
        "accepted": Word("已接单", "Accepted"),
        "contacted": Word("已联系", "In touch"),
        "closed": Word("已结束", "Closed"),
    },
    "close_reason": ENDINGS,
    "reason": {**ENDINGS, **PARTINGS},
    "channel": {
        "store": Word("到店", "In store"),
        "phone": Word("电话", "Phone"),
        "wechat": Word("微信", "WeChat"),
        "visit": Word("上门", "Home visit"),
    },
    "result": {
        "met": Word("已见面或接通", "Met or reached"),
        "no_answer": Word("未接通", "No answer"),
        "skipped": Word("本次未涉及", "Not this time"),
        "clear": Word("需求清楚", "Clear"),
        "partial": Word("部分清楚", "Partly clear"),
        "changed": Word("需求变了", "Changed"),
        "approved": Word("认可方案", "Likes it"),
        "revise": Word("要修改", "Wants changes"),
        "expensive": Word("嫌贵", "Too expensive"),
        "comparing": Word("还在对比", "Comparing"),
        "resolved": Word("已解决", "Resolved"),
        "open": Word("还没解决", "Still open"),
        "none": Word("无", "None"),
        "booked": Word("已约", "Booked"),
        "no_contact": Word("不再联系", "No further contact"),
    },
    "mood": {
        "keen": Word("有意向", "Keen"),
        "watching": Word("观望", "Watching"),
        "cold": Word("冷淡", "Cold"),
        "none": Word("无", "None"),
    },
    "breakthrough": {
        "price": Word("价格", "Price"),
        "delivery": Word("交付周期", "Delivery time"),
        "design": Word("设计", "Design"),
        "family": Word("家人意见", "Family"),
        "none": Word("无", "None"),
    },
    "field": FIELDS,
    "kind": KINDS,
    "shows": {
        "storefront": Word("门头", "Storefront"),
        "display": Word("陈列", "Display"),
        "product": Word("产品", "Product"),
        "site": Word("客户家、现场", "Home or site"),
        "document": Word("单据", "Document"),
        "other": Word("其他", "Other"),
    },
    "taken": {
        "camera": Word("用相机现场拍", "Taken with the camera"),
        "gallery": Word("从相册选", "From the album"),
    },
}
