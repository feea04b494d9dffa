"""Names: how they are found (pinyin, initials) and how they are shown to who may not see them."""

import os
from functools import cache, lru_cache

# A surname is often read unlike the same character elsewhere.
_SURNAMES = {
    "薄": "bo", "卜": "bu", "晁": "chao", "种": "chong", "盖": "ge", "葛": "ge", "郝": "hao",
    "华": "hua", "纪": "ji", "令": "ling", "逄": "pang", "朴": "piao", "繁": "po", "戚": "qi",
    "仇": "qiu", "区": "ou", "瞿": "qu", "任": "ren", "单": "shan", "折": "she", "冼": "xian",
    "解": "xie", "燕": "yan", "尹": "yin", "应": "ying", "员": "yun", "乐": "yue", "曾": "zeng",
    "查": "zha", "翟": "zhai", "祭": "zhai", "覃": "qin", "秘": "bi", "洗": "xian", "召": "shao",
}  # fmt: skip
_COMPOUND = {
    "欧阳": ("ou", "yang"), "司马": ("si", "ma"), "上官": ("shang", "guan"),
    "诸葛": ("zhu", "ge"), "尉迟": ("yu", "chi"), "长孙": ("zhang", "sun"),
    "皇甫": ("huang", "fu"), "令狐": ("ling", "hu"), "慕容": ("mu", "rong"),
    "司徒": ("si", "tu"), "东方": ("dong", "fang"), "夏侯": ("xia", "hou"),
    "万俟": ("mo", "qi"), "宇文": ("yu", "wen"), "公孙": ("gong", "sun"),
}  # fmt: skip
_SALUTATIONS = (
    "先生", "女士", "小姐", "太太", "老师", "阿姨", "叔叔", "经理", "师傅", "医生", "老板", "总",
)  # fmt: skip
_HIDDEN = "**"


@lru_cache(maxsize=8192)
def find_keys(name: str) -> tuple[str, str]:
    """Pinyin without tones, joined, and initials: 王小明 -> wangxiaoming, wxm."""
    syllables = _syllables(name)
    return "".join(syllables), "".join([syllable[0] for syllable in syllables])


def mask_name(name: str) -> str:
    """王小明 -> 王**; a salutation names nobody and stays: 孙先生."""
    name = name.strip()
    ending = next((s for s in _SALUTATIONS if name.endswith(s) and name != s), "")
    surname = _surname(name)
    if ending and name in (surname + ending, ending):
        return name
    return f"{surname}{ending}" if ending else f"{surname}{_HIDDEN}"


def _surname(name: str) -> str:
    return name[:2] if name[:2] in _COMPOUND else name[:1]


def _syllables(name: str) -> list[str]:
    if name[:2] in _COMPOUND:
        return [*_COMPOUND[name[:2]], *_readings(name[2:])]
    if name[:1] in _SURNAMES:
        return [_SURNAMES[name[0]], *_readings(name[1:])]
    return _readings(name)


def _readings(text: str) -> list[str]:
    """One syllable for each Chinese character, one word for each run of letters or digits."""
    if text and min(text) >= "\u4e00" and max(text) <= "\u9fa5":
        return [_reading(character) for character in text]
    found: list[str] = []
    open_word = False
    for character in text:
        chinese = "\u3400" <= character <= "\u9fff" or character >= "\U00020000"
        letter = character.isalnum() and not chinese
        if letter and open_word:
            found[-1] += character.lower()
        elif character.isalnum():
            found.append(character.lower() if letter else _reading(character))
        open_word = letter
    return found


@cache
def _reading(character: str) -> str:
    # Names are read character by character. Without its phrases, which only this switch leaves
    # out, the dictionary loads in a tenth of the time.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    from pypinyin import Style, lazy_pinyin

    return lazy_pinyin(character, style=Style.NORMAL)[0].lower() or character


def warm_up() -> None:
    """Load the dictionary now, so that no push waits for it."""
    _reading("门")
