"""What the pages we write ourselves have in common: their headers, their look and their frame.

They are for people who are not signed in, inside a chat's browser, on any phone. No script, no
cookie, no third party; the only style is inline and named by its hash in the policy. Whatever text
came from outside is escaped before it gets here.
"""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

_COMMON = (
    ":root{color-scheme:light dark;--paper:#f5f4f0;--card:#fff;--ink:#1c1b19;--soft:#5f5c56;"
    "--line:#cfcbc2;--accent:#0b6e63;--on:#fff;--red:#b3261e;--wash:#fbe9e7}"
    "@media(prefers-color-scheme:dark){:root{--paper:#141312;--card:#1f1d1b;--ink:#f3f1ec;"
    "--soft:#b0aba3;--line:#4a4640;--accent:#4fc3b1;--on:#06231f;--red:#ff8a80;--wash:#3a1d1b}}"
    "*{box-sizing:border-box;margin:0}"
    'body{font:16px/1.5 system-ui,"PingFang SC","Noto Sans CJK SC",sans-serif;'
    "background:var(--paper);color:var(--ink);-webkit-text-size-adjust:100%}"
    "main{max-width:480px;margin:0 auto;padding:12px 16px 32px}"
    "header{display:flex;justify-content:space-between;align-items:center;gap:12px;"
    "color:var(--soft)}"
    "header p{overflow-wrap:anywhere}"
    "header a{flex:none;margin-left:auto;display:inline-flex;align-items:center;min-height:48px;"
    "padding:0 4px}"
    "a{color:var(--accent)}"
    "h1{font-size:26px;line-height:1.25;margin:8px 0 4px;overflow-wrap:anywhere}"
    "button{width:100%;min-height:56px;margin-top:20px;border:0;border-radius:14px;"
    "background:var(--accent);color:var(--on);font:inherit;font-size:18px;font-weight:700}"
    "a:focus-visible,button:focus-visible{outline:3px solid var(--accent);outline-offset:2px}"
)


@dataclass(frozen=True)
class Language:
    """`tag` as HTML has it, `name` as its speakers call it, `code` as our links do."""

    code: str
    tag: str
    name: str


ZH, EN = Language("zh", "zh-CN", "中文"), Language("en", "en", "English")


@dataclass(frozen=True)
class Look:
    """Pages of one kind: `own` styles come after those of all."""

    own: str

    @cached_property
    def style(self) -> str:
        return _COMMON + self.own

    @cached_property
    def headers(self) -> dict[str, str]:
        """For every answer that such a page gives, also for a redirect to it."""
        digest = b64encode(sha256(self.style.encode()).digest()).decode()
        return {
            "content-security-policy": f"default-src 'none'; style-src 'sha256-{digest}'; "
            "img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
            "cache-control": "no-store",
            "referrer-policy": "no-referrer",
            "x-content-type-options": "nosniff",
            "x-robots-tag": "noindex",
        }

    def frame(self, language: str, title: str, top: str, body: str) -> str:
        """A whole page; `top` stands beside the link to the other language."""
        here = EN if language == EN.code else ZH
        return (
            f'<!doctype html><html lang="{here.tag}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width,initial-scale=1">'
            '<meta name="format-detection" content="telephone=no">'
            f'<title>{title}</title><link rel="icon" href="data:,">'
            f"<style>{self.style}</style></head><body><main><header>{top}</header>"
            f"{body}</main></body></html>"
        )


def link_other(language: str, pages: Mapping[str, str] | None = None) -> str:
    """To the same page in the other language: at the same address, or `pages` by language."""
    other = ZH if language == EN.code else EN
    to = pages[other.code] if pages else f"?lang={other.code}"
    return f'<a href="{to}" lang="{other.tag}">{other.name}</a>'
