"""Mail by SMTP, for staff who gave an address. `smtplib` waits, so it does so in a thread."""

import asyncio
import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate

from server.clock import MINUTE_MS, SECOND_MS
from server.config import Smtp
from server.notify.channel import Answer, Letter, Pace, lead_url
from server.notify.words import shorten

TIMEOUT_S = 5.0
WHOLE_S = 15.0
SUBJECT_BYTES = 120
DETAIL_CHARS = 200


@dataclass(frozen=True)
class Mail:
    """`smtp` is None where no server is configured: mailboxes then say so."""

    smtp: Smtp | None
    origin: str = ""
    pace: Pace = Pace(spacing_ms=3_000, calm_a_minute=10, most_a_minute=20, rest_ms=MINUTE_MS)
    text_bytes: int = 8192
    digest_bytes: int = 8192

    def open_lead(self, lead_id: str) -> str:
        return f" {lead_url(self.origin, lead_id)}"

    async def send(self, letter: Letter, now: int) -> Answer:
        if self.smtp is None:
            return Answer("refused", "no_mail")
        message = write(letter, self.smtp.sender, now)
        try:
            async with asyncio.timeout(WHOLE_S):
                return await asyncio.to_thread(deliver, self.smtp, message)
        except TimeoutError:
            return Answer("failed", "timeout")


def write(letter: Letter, sender: str, now: int) -> EmailMessage:
    """The same message has the same Message-ID, so that a second copy can be told as one."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = letter.address
    message["Subject"] = shorten(letter.text.splitlines()[0], SUBJECT_BYTES)
    message["Date"] = formatdate(now / SECOND_MS)
    message["Message-ID"] = f"<{letter.key}@shopbell>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    return message


def deliver(smtp: Smtp, message: EmailMessage) -> Answer:
    try:
        hand_over(smtp, message)
    except smtplib.SMTPAuthenticationError as error:
        return judge(error.smtp_code, error.smtp_error, "bad_login")
    except smtplib.SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()))
        return judge(code, words, "bad_address")
    except smtplib.SMTPResponseException as error:
        return judge(error.smtp_code, error.smtp_error, "rejected")
    except (OSError, smtplib.SMTPException, UnicodeError) as error:
        # smtplib reports that a reply took too long as a connection that was lost.
        is_late = TimeoutError in (type(error), type(error.__context__))
        return Answer("failed", "timeout" if is_late else "unreachable", type(error).__name__)
    return Answer("sent")


def hand_over(smtp: Smtp, message: EmailMessage) -> None:
    server = connect(smtp)
    try:
        if smtp.user:
            server.login(smtp.user, smtp.password)
        server.send_message(message)
    finally:
        # What was taken is taken, however the goodbye goes.
        with suppress(OSError, smtplib.SMTPException):
            server.quit()


def connect(smtp: Smtp) -> smtplib.SMTP:
    if smtp.security == "tls":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(smtp.host, smtp.port, timeout=TIMEOUT_S, context=context)
    server = smtplib.SMTP(smtp.host, smtp.port, timeout=TIMEOUT_S)
    if smtp.security == "starttls":
        server.starttls(context=ssl.create_default_context())
    return server


def judge(code: int, words: bytes | str, ours: str) -> Answer:
    """4xx is for now, 5xx for good; 421, 450 and 451 are how servers say: not so fast."""
    said = words.decode(errors="replace") if isinstance(words, bytes) else words
    detail = f"{code} {said}"[:DETAIL_CHARS]
    if code in (421, 450, 451):
        return Answer("over_limit", "over_limit", detail)
    return Answer("refused" if code >= 500 else "failed", ours, detail)
