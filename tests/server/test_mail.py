"""Mail to those who gave an address: the same queue, the same dead letters."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from sqlalchemy import select

from server.config import Config, read_config
from server.db import Database
from server.notify import mail
from server.notify.robots import Robot, count_dead, put_robot
from server.notify.sender import Sender, open_sender
from server.notify.tables import notifications
from tests.cast import ORG
from tests.conftest import MovableClock
from tests.server.mailserver import MailServer, mail_on_loopback
from tests.server.ringing import bell, outbox, ring, send, state
from tests.server.shop import Shop

pytestmark = [pytest.mark.slow, pytest.mark.one_database]


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with mail_on_loopback() as server:
        yield server


@pytest.fixture
async def sender(
    config: Config, database: Database, clock: MovableClock, server: MailServer, xinju: str
) -> AsyncIterator[Sender]:
    """Lin and Bo have given their addresses."""
    async with database.write() as connection:
        for who in ("lin", "bo"):
            box = Robot(ORG, f"mail-{who}", "mail", "", who, f"{who}@xinju.example")
            await put_robot(connection, box)
    async with open_sender(replace(config, smtp=server.smtp), database, clock) as sender:
        yield sender


async def test_a_mail_goes_to_whom_the_message_is_about_with_a_link(
    database: Database, clock: MovableClock, server: MailServer, sender: Sender
) -> None:
    shop = Shop(database, clock)
    await shop.scan(name="孙先生 13900000002")
    await shop.settle()
    offered_to = (await shop.offer()).body["to_id"]
    await send(sender, clock, 4)
    expected = [f"{offered_to}@xinju.example"] if offered_to == "bo" else []
    assert server.recipients == expected
    await shop.wait(minutes=30)
    await send(sender, clock, 20)
    mine = [m for m in server.mails if m["To"] == "lin@xinju.example"]
    assert len(mine) == 1
    text = str(mine[0].get_content())
    assert text.startswith("【升级】人民路店：孙先生 139****02")
    assert "/a/" in text
    assert str(mine[0]["Subject"]).startswith("【升级】人民路店：孙先生")
    assert "13900000002" not in text + str(mine[0]["Subject"])


async def test_the_same_message_has_the_same_name_whenever_it_is_sent(
    database: Database, clock: MovableClock, server: MailServer, sender: Sender
) -> None:
    server.answers = {"DATA": ["451 try later"]}
    await ring(database, clock, bell(1, to_id="lin"))
    await send(sender, clock)
    assert (await state(database, "mail-lin"))[0] == "over_limit"
    await send(sender, clock, 61)
    assert [mail["Message-ID"] for mail in server.mails] == [
        f"<{(await ids(database))[0]}@shopbell>"
    ]


async def ids(database: Database) -> list[str]:
    async with database.read() as connection:
        return list((await connection.execute(select(notifications.c.id))).scalars())


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ({"RCPT": ["550 no such user"]}, "bad_address"),
        ({"MAIL": ["553 not you"]}, "rejected"),
        ({"AUTH": ["535 wrong"] * 3}, "bad_login"),
    ],
)
async def test_what_will_not_get_better_by_itself_shows_at_once(
    config: Config,
    database: Database,
    clock: MovableClock,
    server: MailServer,
    sender: Sender,
    answers: dict[str, list[str]],
    code: str,
) -> None:
    server.answers = {command: list(lines) for command, lines in answers.items()}
    signed_in = replace(server.smtp, user="bell", password="wrong")
    async with open_sender(replace(config, smtp=signed_in), database, clock) as strict:
        await ring(database, clock, bell(1, to_id="lin"))
        await send(strict, clock)
    assert (await state(database, "mail-lin"))[0] == code
    async with database.read() as connection:
        assert await count_dead(connection) == 1


async def test_a_server_that_hangs_or_is_gone_is_tried_again(
    database: Database,
    clock: MovableClock,
    server: MailServer,
    sender: Sender,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mail, "TIMEOUT_S", 0.3)
    server.is_hanging = True
    await ring(database, clock, bell(1, to_id="lin"))
    await send(sender, clock)
    assert (await state(database, "mail-lin"))[0] == "timeout"
    server.is_hanging = False
    await send(sender, clock, 8)
    assert len(server.mails) == 1
    assert [row[3] for row in await outbox(database)] == [None]


async def test_a_goodbye_that_fails_sends_nothing_twice(
    database: Database, clock: MovableClock, server: MailServer, sender: Sender
) -> None:
    server.answers = {"QUIT": ["500 what"]}
    await ring(database, clock, bell(1, to_id="lin"))
    await send(sender, clock, 30)
    assert len(server.mails) == 1


async def test_a_mailbox_hears_of_its_reader_only_and_a_group_of_its_store(
    database: Database, clock: MovableClock, server: MailServer, sender: Sender
) -> None:
    await ring(database, clock, bell(1, to_id="chen"), bell(2, to_id="bo"), bell(3))
    await send(sender, clock, 12)
    assert server.recipients == ["bo@xinju.example"]


def test_mail_is_configured_by_the_environment(tmp_path: object) -> None:
    given = {"SHOPBELL_DATA": str(tmp_path), "SHOPBELL_SECRETS": "k"}
    assert read_config(given).smtp is None
    smtp = read_config({**given, "SHOPBELL_SMTP_HOST": "mail", "SHOPBELL_SMTP_USER": "a@b.c"}).smtp
    assert smtp is not None
    assert (smtp.port, smtp.security, smtp.sender) == (465, "tls", "a@b.c")
    with pytest.raises(ValueError, match="SECURITY"):
        read_config({**given, "SHOPBELL_SMTP_HOST": "m", "SHOPBELL_SMTP_SECURITY": "ssl"})
