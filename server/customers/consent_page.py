"""The words of a consent, old ones too, for whoever wants to read again what they agreed to."""

from html import escape as h

from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from server.customers.consent import TEXTS, Consent
from server.customers.words import LANGUAGES, WORDS, choose_language
from server.db import Connection
from server.ground import ground_of
from server.identity.tables import organisations
from server.pages import Look, link_other

LOOK = Look(
    ".said{font-size:18px;font-weight:600;margin:12px 0}section p{margin-bottom:8px}"
    ".proof{color:var(--soft);margin-top:20px;overflow-wrap:anywhere}"
)


async def show_consent(request: Request) -> Response:
    """Public, and about nobody. `of` says whose customers read it: needless where there is one
    organisation only."""
    asked, accepted = request.query_params.get("lang"), request.headers.get("accept-language", "")
    language = choose_language(asked, accepted)
    text = TEXTS.get(request.path_params["version"])
    body = render_text(language, text) if text else f"<p>{h(WORDS[language]['consent_none'])}</p>"
    title = h(WORDS[language]["consent_title"])
    async with ground_of(request).database.read(snapshot=False) as connection:
        firm = await find_firm(connection, request.query_params.get("of"))
    org_id, name = firm or ("", "")
    named = f"&amp;of={h(org_id)}" if firm else ""
    other = link_other(language, {code: f"?lang={code}{named}" for code in LANGUAGES})
    top = f"<p>{h(name)}</p>{other}"
    whole = LOOK.frame(language, title, top, f"<h1>{title}</h1>{body}")
    return HTMLResponse(whole, 200 if text else 404, LOOK.headers)


async def find_firm(connection: Connection, org_id: str | None) -> tuple[str, str] | None:
    query = select(organisations.c.org_id, organisations.c.name).limit(2)
    named = query.where(organisations.c.org_id == org_id) if org_id else query
    found = (await connection.execute(named)).all()
    return (found[0].org_id, found[0].name) if len(found) == 1 else None


def render_text(language: str, text: Consent) -> str:
    words = WORDS[language]
    latest = [each for each in TEXTS.values() if each.purpose == text.purpose][-1]
    standing = words["consent_now" if text is latest else "consent_was"]
    details = "".join(f"<p>{h(line)}</p>" for line in text.details[language])
    return (
        f'<p class="said">{h(text.sentence[language])}</p><section>{details}</section>'
        f'<p class="proof">{h(standing.format(version=text.version))}<br>'
        f"{h(words['consent_words'])}{text.sha256}</p>"
    )


routes = [Route("/consent/{version}", show_consent, methods=["GET"])]
