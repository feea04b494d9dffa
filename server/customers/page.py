"""The customer's page: plain HTML in one request, inside WeChat, in a basement, on any phone.

State travels in the form itself. Every text that came from outside passes through `h`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape as h

from server.customers.consent import CURRENT, SERVICE, Consent
from server.customers.words import WORDS
from server.pages import Look, link_other
from server.stores import qr

PHONE_LONGEST, NAME_LONGEST, NEED_LONGEST = 40, 40, 200

LOOK = Look(
    "summary{color:var(--accent)}"
    ".promise{color:var(--soft);margin-bottom:20px}"
    ".field{margin-top:16px}"
    ".field label{display:block;font-weight:700;margin-bottom:6px}"
    ".field input,.field textarea{display:block;width:100%;min-height:52px;padding:12px 14px;"
    "font:inherit;font-size:17px;color:inherit;background:var(--card);"
    "border:1.5px solid var(--line);border-radius:14px;resize:vertical}"
    "::placeholder{color:var(--soft);opacity:1}"
    "input:focus-visible,textarea:focus-visible,summary:focus-visible"
    "{outline:3px solid var(--accent);outline-offset:2px}"
    "[aria-invalid=true]{border-color:var(--red)!important}"
    ".wrong{color:var(--red);margin-top:6px}"
    ".note{background:var(--wash);color:var(--red);border-radius:14px;padding:12px 14px;"
    "margin:12px 0;font-weight:600}"
    ".check{margin-top:12px}.check .wrong{margin:4px 0 4px 38px}"
    ".check label{display:flex;gap:12px;align-items:flex-start;min-height:40px;padding-top:8px}"
    ".check input{flex:none;width:26px;height:26px;margin:-1px 0 0;accent-color:var(--accent)}"
    ".check b{font-weight:600;color:var(--soft)}"
    "details{margin-left:38px}summary{display:inline-flex;align-items:center;min-height:48px;"
    "cursor:pointer;text-decoration:underline}"
    "details p{color:var(--soft);margin-bottom:8px}"
    ".leave{color:var(--soft);margin-top:16px;text-align:center}"
    ".extra{position:absolute;left:-9999px}"
    ".stores{padding:0;list-style:none}"
    ".stores a{display:flex;align-items:center;min-height:56px;margin-top:12px;padding:8px 16px;"
    "border:1.5px solid var(--line);border-radius:14px;background:var(--card);font-weight:700}"
    ".told{font-size:18px;font-weight:600}"
    ".pass{background:#fff;color:#1c1b19;border:1px solid var(--line);border-radius:14px;"
    "padding:16px;margin-top:20px;text-align:center}"
    ".pass svg{display:block;width:min(60vw,240px);margin:0 auto}"
    ".pass b{font-size:28px;letter-spacing:.12em;font-variant-numeric:tabular-nums}"
)


@dataclass(frozen=True)
class Place:
    """Where the poster hangs, in the words of its owner."""

    organisation: str
    store: str
    org_id: str = ""


@dataclass(frozen=True)
class Form:
    """What somebody typed, as typed, and what is wrong with it: a key of words for each field."""

    values: Mapping[str, str] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)
    note: str | None = None


def render_form(language: str, place: Place, promise: str, nonce: str, form: Form) -> str:
    """The registration form, empty or with everything typed kept."""
    words = WORDS[language]
    note = f'<p class="note" role="alert">{h(words[form.note])}</p>' if form.note else ""
    return _page(
        language,
        place,
        words["title"],
        f'<p class="promise">{h(promise)}</p>{note}<form method="post">'
        f'<input type="hidden" name="nonce" value="{h(nonce)}">'
        f'<input type="hidden" name="lang" value="{language}">'
        f"{_under_14(language, words)}{_fields(words, form)}{_TRAP}"
        f"{_consents(language, words, form)}"
        f"<button>{h(words['submit'])}</button></form>"
        f'<p class="leave">{h(words["leave"])}</p>',
        # The link would forget what was typed.
        switch=not form.values,
    )


def render_thanks(language: str, place: Place, promise: str, link: str, code: str, own: str) -> str:
    """The same page for everybody; only the pass, the time and the link to `own`, the customer's
    own page, belong to the submission."""
    words = WORDS[language]
    return _page(
        language,
        place,
        words["thanks_title"],
        f'<p class="told">{h(promise)}</p><section class="pass"><h2>{h(words["pass"])}</h2>'
        f"{qr.to_svg(link, h(words['pass']))}<b>{h(code[:4])} {h(code[4:])}</b>"
        f"<p>{h(words['pass_hint'])}</p></section>"
        f'<p class="leave"><a href="/consent/{CURRENT[SERVICE].version}?lang={language}'
        f'&amp;of={h(place.org_id)}">'
        f"{h(words['agreed'])}</a></p>"
        f'<p class="leave"><a href="/my/{own}?lang={language}">{h(words["own"])}</a></p>',
    )


def render_under_14(language: str, place: Place, path: str) -> str:
    """What somebody under 14 is told; nothing of what they typed comes back."""
    words = WORDS[language]
    return _page(
        language,
        place,
        words["under_14_title"],
        f'<p class="promise">{h(words["under_14_told"])}</p>'
        f'<p><a href="{h(path)}?lang={language}">{h(words["under_14_again"])}</a></p>',
        switch=False,
    )


def render_choice(language: str, stores: Sequence[tuple[str, str]]) -> str:
    """A poster whose time is over: the names of the stores, each with its link."""
    words = WORDS[language]
    links = "".join(f'<li><a href="{h(link)}">{h(name)}</a></li>' for name, link in stores)
    return _page(
        language,
        Place("", ""),
        words["choose_title"],
        f'<p class="promise">{h(words["choose"])}</p><ul class="stores">{links}</ul>'
        f'<p class="leave">{h(words["leave"])}</p>',
    )


def render_gone(language: str, place: Place) -> str:
    """A poster that was revoked, or a code that is none of ours."""
    words = WORDS[language]
    return _page(language, place, words["gone_title"], f'<p class="promise">{h(words["gone"])}</p>')


# A line that only a machine fills in; people do not see it, hear it or reach it by Tab.
_TRAP = (
    '<p class="extra" aria-hidden="true"><label>Website<input name="website" tabindex="-1" '
    'autocomplete="off"></label></p>'
)


def _page(language: str, place: Place, title: str, body: str, *, switch: bool = True) -> str:
    where = " · ".join(filter(None, (place.organisation, place.store)))
    top = f"<p>{h(where)}</p>{link_other(language) if switch else ''}"
    whole = f"<h1>{h(title)}</h1>{body}"
    return LOOK.frame(language, f"{h(title)} · {h(where)}", top, whole)


def _fields(words: Mapping[str, str], form: Form) -> str:
    phone = 'type="tel" inputmode="tel" autocomplete="tel"'
    return (
        _field(words, form, "phone", phone, PHONE_LONGEST)
        + _field(words, form, "name", 'type="text" autocomplete="name"', NAME_LONGEST)
        + _field(words, form, "need", 'type="text" autocomplete="off"', NEED_LONGEST)
    )


def _field(words: Mapping[str, str], form: Form, name: str, kind: str, longest: int) -> str:
    wrong = form.wrong.get(name)
    told = f'<p class="wrong" id="{name}-wrong">{h(_wrong(words, wrong, longest))}</p>'
    marks = f' aria-invalid="true" aria-describedby="{name}-wrong"' if wrong else ""
    first = " autofocus" if wrong and next(iter(form.wrong)) == name else ""
    return (
        f'<div class="field"><label for="{name}">{h(words[name])}</label>'
        f'<input id="{name}" name="{name}" {kind} maxlength="{longest}" required '
        f'placeholder="{h(words[f"{name}_hint"])}" value="{h(form.values.get(name, ""))}"'
        f"{marks}{first}>{told if wrong else ''}</div>"
    )


def _wrong(words: Mapping[str, str], key: str | None, longest: int) -> str:
    return words[key].format(n=longest) if key else ""


def _under_14(language: str, words: Mapping[str, str]) -> str:
    """Before anything is typed; a link, so that no empty field holds anybody back."""
    return (
        f'<p class="leave"><a href="?lang={language}&amp;under_14=1">{h(words["under_14"])}</a> '
        f"<b>{h(words['under_14_hint'])}</b></p>"
    )


def _consents(language: str, words: Mapping[str, str], form: Form) -> str:
    return "".join(_consent(language, words, form, consent) for consent in CURRENT.values())


def _consent(language: str, words: Mapping[str, str], form: Form, consent: Consent) -> str:
    purpose = consent.purpose
    # A tick that somebody set is kept through an error; nothing is ever ticked for them.
    ticked = " checked" if form.values.get(purpose) == consent.version else ""
    marks = ' aria-invalid="true" aria-describedby="service-wrong"' if purpose in form.wrong else ""
    need = words["required" if purpose == "service" else "optional"]
    wrong = f'<p class="wrong" id="service-wrong">{h(words["consent"])}</p>' if marks else ""
    details = "".join(f"<p>{h(line)}</p>" for line in consent.details[language])
    return (
        f'<div class="check"><label><input type="checkbox" name="{purpose}" '
        f'value="{consent.version}"{ticked}{marks}><span>{h(consent.sentence[language])} '
        f"<b>{h(need)}</b></span></label>{wrong}"
        f"<details><summary>{h(words['details'])}</summary>{details}</details></div>"
    )
