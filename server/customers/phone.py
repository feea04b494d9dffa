"""Phone numbers: the hard key of a customer, so one person typed five ways is one string.

Mainland mobiles follow rules that the phone mirrors (tests/vectors/phone.json); everything else
is libphonenumber's. What nobody can read is kept as typed and flagged, never refused: a clerk
with a customer waiting cannot argue with a form.
"""

import re
import unicodedata
from functools import lru_cache

import phonenumbers

MASK = "****"
LONGEST_RAW = 40
LONGEST_KEPT = 20

# Spaces, dashes, dots, brackets and the invisible characters that address books paste along.
_NOISE = re.compile(
    r"[\s().\-\[\]/·\u00ad\u180e\u200b-\u200f\u2010-\u2015\u202a-\u202e\u2060-\u206f\u2212\ufeff]+"
)
_COUNTRY = r"(?:(?:\+|00)?86)?"
_IP_DIAL = r"(?:17951|17950|17911|17909|17901|12593|10193)?"
# A mobile has no extension: whatever somebody added rings the same phone.
_ADDED = r"(?:(?:转|轉|分机|分機|ext|x|#|,)[0-9]{1,6})?"
_MAINLAND = re.compile(rf"{_COUNTRY}{_IP_DIAL}{_COUNTRY}0?(1[3-9][0-9]{{9}}){_ADDED}", re.I)
_DIALLED = re.compile(r"(?:17951|17950|17911|17909|17901|12593|10193)(?=[0+])")
# Hong Kong, Macau and Taiwan without the plus; no mainland number begins so.
_NEIGHBOUR = re.compile(r"85[23][0-9]{8}|886[0-9]{8,10}")
# The switchboard's dash: 010-62345678-801.
_DASHED = re.compile(r"(\(?0[0-9]{2,3}\)?[\s-]?[0-9]{7,8})-([0-9]{1,6})")
_EXTENSION = re.compile("转|轉|分机|分機")
_USUAL = re.compile(r"(?:\+86)?(1[3-9][0-9]{9})")
_CANONICAL_MOBILE = re.compile(r"\+86(1[3-9][0-9])[0-9]{4}([0-9]{4})")


@lru_cache(maxsize=8192)
def canonical(raw: str) -> str | None:
    """The one spelling of a number, or None when nobody can read it.

    Mainland mobiles become +86 and eleven digits; others E.164, with x and the extension.
    """
    if found := _USUAL.fullmatch(raw):
        return f"+86{found[1]}"
    dashed = _DASHED.fullmatch(fold(raw).strip())
    squeezed = squeeze(f"{dashed[1]}x{dashed[2]}" if dashed else raw)
    if len(squeezed) > LONGEST_RAW:
        return None
    return mainland(squeezed) or _international(squeezed)


def keep(raw: str) -> tuple[str, bool]:
    """What is stored for a typed number, and whether it is a number at all."""
    number = canonical(raw)
    return (number, True) if number else (raw.strip()[:LONGEST_KEPT], False)


def mainland(raw: str) -> str | None:
    """+86 and eleven digits if this is a mainland mobile however it was typed (the phone's rule).

    Segments are not listed: new ones keep appearing, and a portable number names no carrier.
    """
    found = _MAINLAND.fullmatch(squeeze(raw))
    return f"+86{found[1]}" if found else None


def mask(phone: str) -> str:
    """138 **** 1234 for a mainland mobile; of others only the last two characters show."""
    found = _CANONICAL_MOBILE.fullmatch(mainland(phone) or phone)
    if found:
        return f"{found[1]} {MASK} {found[2]}"
    squeezed = squeeze(phone)
    return f"{MASK} {squeezed[-2:]}" if len(squeezed) >= 6 else MASK


def squeeze(raw: str) -> str:
    """The characters that matter: full-width forms folded, separators gone."""
    return _NOISE.sub("", fold(raw))


def fold(raw: str) -> str:
    return raw if raw.isascii() else unicodedata.normalize("NFKC", raw)


def _international(squeezed: str) -> str | None:
    dialled = _DIALLED.sub("", squeezed, count=1)
    whole = f"+{dialled}" if _NEIGHBOUR.fullmatch(dialled) else dialled
    try:
        number = phonenumbers.parse(_EXTENSION.sub("x", whole), "CN")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    plain = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    kept = f"{plain}x{number.extension}" if number.extension else plain
    return kept if len(kept) <= LONGEST_KEPT else plain
