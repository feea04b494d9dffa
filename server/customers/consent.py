"""What a customer agrees to, word for word. A text once published never changes: a new wording is
a new version, and the old one stays, because rows say which words somebody saw (PIPL 14, 17)."""

import json
from dataclasses import dataclass
from hashlib import sha256

SERVICE = "service"
MARKETING = "marketing"
PHOTO = "photo"
PURPOSES = (SERVICE, MARKETING, PHOTO)


@dataclass(frozen=True)
class Consent:
    """One wording: the sentence beside the box, and the details behind it, by language."""

    purpose: str
    version: str
    sentence: dict[str, str]
    details: dict[str, tuple[str, ...]]

    @property
    def sha256(self) -> str:
        """Of the words in every language: kept with what somebody agreed to, as a proof of them."""
        words = json.dumps([self.purpose, self.sentence, self.details], sort_keys=True)
        return sha256(words.encode()).hexdigest()


_SERVICE_1 = Consent(
    SERVICE,
    "service-1",
    {
        "zh": "同意本店为联系和接待我而使用以上信息。",
        "en": "The store may use this information to contact and advise me.",
    },
    {
        "zh": (
            "谁在用：您扫码的这家门店，和接待您的顾问、店长。不会转给其他公司。",
            "用来做什么：联系您、接待您、记下您的需求。系统会自动安排一位顾问，不影响价格。",
            "保存多久：最后一次联系之后两年，之后删除。",
            "您的权利：随时可以找店员查看、更正、撤回同意或删除。撤回不影响之前的接待。",
            "未满 14 周岁，请由监护人来登记。",
        ),
        "en": (
            "Who uses it: the store whose code you scanned, its consultants and its manager. "
            "It is passed to no other company.",
            "What for: to contact you, to advise you and to note what you need. A consultant is "
            "chosen automatically; this never affects a price.",
            "How long: two years after the last contact, then it is deleted.",
            "Your rights: ask any member of staff to see, correct or delete it, or to withdraw "
            "your consent. What was done before then stays lawful.",
            "Under 14, please let a parent or guardian register.",
        ),
    },
)
_SERVICE_2 = Consent(
    SERVICE,
    "service-2",
    {
        "zh": "同意本店为联系和接待我而使用以上信息。",
        "en": "The store may use this information to contact and advise me.",
    },
    {
        "zh": (
            "谁在用：页面上方写的这家公司。在公司内部，是您扫码的门店、接待您的顾问和店长，"
            "以及区域经理和总部管理员。",
            "谁会经手：提醒员工的消息里有您的称呼和需求，不含完整手机号，由公司所用的企业微信、钉钉、"
            "飞书、邮箱或手机系统的推送服务（苹果、谷歌等）转送。不会为别的目的转给其他公司。",
            "用来做什么：联系您、接待您、记下您的需求。系统会自动安排一位顾问，不影响价格。",
            "保存多久：两年没有往来的，由店长核对后删除。",
            "您的权利：登记后有您自己的资料页，随时可以查看、更正、下载、撤回同意或要求删除；"
            "也可以找店员。要由人核对的，最长 15 个工作日答复。撤回不影响之前的接待。",
            "联系谁：您扫码的门店；店里没有解决的，找页面上方这家公司的总部。",
            "未满 14 周岁，请由监护人来登记。",
        ),
        "en": (
            "Who uses it: the company named at the top of the page. Within it, the store whose "
            "code you scanned, its consultants and its manager, area managers and head office.",
            "Who passes it on: messages that remind staff have your name and what you need, never "
            "the whole number. They go through what the company uses of WeCom, DingTalk, Feishu, "
            "mail and the push services of phones (Apple, Google and others). It is passed to "
            "other companies for nothing else.",
            "What for: to contact you, to advise you and to note what you need. A consultant is "
            "chosen automatically; this never affects a price.",
            "How long: after two years without contact the manager looks at it and deletes it.",
            "Your rights: once registered you have a page of your own, where you can see, correct "
            "and download it, withdraw your consent or ask for it to be deleted; or ask any member "
            "of staff. What a person has to look at is answered within 15 working days. What was "
            "done before you withdraw stays lawful.",
            "Whom to ask: the store whose code you scanned; where that does not help, the head "
            "office of the company named at the top of the page.",
            "Under 14, please let a parent or guardian register.",
        ),
    },
)
_MARKETING_1 = Consent(
    MARKETING,
    "marketing-1",
    {
        "zh": "也愿意收到优惠和活动通知。",
        "en": "I would also like to hear about offers and events.",
    },
    {
        "zh": ("不勾选也能登记，接待完全一样。勾选后，随时可以告诉店员不再接收。",),
        "en": (
            "You can register without it and are served the same. You can stop it at any time.",
        ),
    },
)

_PHOTO_1 = Consent(
    PHOTO,
    "photo-1",
    {
        "zh": "同意本店拍摄并保存有我或我家人的照片。",
        "en": "The store may take and keep photos that show me or my family.",
    },
    {
        "zh": (
            "用来做什么：设计和安装时对照。不会公开，也不会用来宣传。",
            "保存多久：和您的其他资料一样，一起删除。",
            "不同意也照样接待您，店员只拍房间和家具。随时可以撤回。",
        ),
        "en": (
            "What for: to look at while designing and fitting. They are not published and not "
            "used for advertising.",
            "How long: as long as the rest of your data, and deleted with it.",
            "Without it you are served the same; staff then photograph rooms and furniture only. "
            "You can withdraw it at any time.",
        ),
    },
)

TEXTS = {text.version: text for text in (_SERVICE_1, _SERVICE_2, _MARKETING_1, _PHOTO_1)}
# What the public form asks. Staff ask for the rest when it comes to it.
CURRENT = {SERVICE: _SERVICE_2, MARKETING: _MARKETING_1}
