"""The ladder on the real clock, in the real process, killed in the middle and started again."""

import time
from collections.abc import Callable
from html import unescape
from pathlib import Path
from re import findall
from typing import Any

import httpx
import pytest

from server.customers.consent import CURRENT
from tests.browser.company import BO, LIN
from tests.browser.people import poster_link
from tests.browser.records import Records
from tests.browser.stage import Stage, found_company, staged

PATIENCE_S = 20
KILLED_S, STARTED_S, WITHIN_S = 15, 25, 10
READING_S = 1.2
SUN, ZHAO = ("13800138000", "孙先生"), ("13900013900", "赵女士")


@pytest.mark.slow
def test_a_server_killed_at_fifteen_seconds_and_back_at_twenty_five_tells_the_manager_once(
    tmp_path: Path,
) -> None:
    with staged(tmp_path) as (stage, _):
        records = Records(stage.config.data)
        found_company(stage, PATIENCE_S)
        stage.start()
        register(stage, *SUN)
        lead = records.body("lead", name=SUN[1])
        received_at = lead["received_at"]

        wait_until(received_at, KILLED_S)
        stage.kill()
        assert told(records, lead) == [("offer", BO.id), ("nudge", BO.id)]

        wait_until(received_at, STARTED_S)
        stage.start()
        wait_for(lambda: records.bodies("escalation"))
        everything = told(records, lead)
        assert everything.count(("manager", LIN.id)) == 1
        assert everything.count(("escalated", LIN.id)) == 1
        assert len(everything) == len(set(everything)), "each thing once"
        assert records.body("lead")["responsible_id"] == LIN.id

        # Started again, it works on (the next customer is offered) and says nothing twice.
        stage.kill()
        stage.start()
        register(stage, *ZHAO)
        wait_for(lambda: records.bodies("offer", name=ZHAO[1]))
        assert told(records, lead) == everything


def register(stage: Stage, phone: str, name: str) -> None:
    """Opens the poster's page, reads it for a moment, and sends the form."""
    link = poster_link(stage)
    with httpx.Client(follow_redirects=True) as browser:
        nonce = unescape(findall(r'name="nonce" value="([^"]+)"', browser.get(link).text)[0])
        time.sleep(READING_S)
        typed = {"phone": phone, "name": name, "need": "全屋定制", "lang": "zh", "nonce": nonce}
        answer = browser.post(link, data={**typed, "service": CURRENT["service"].version})
    assert "已收到您的登记" in answer.text


def told(records: Records, lead: dict[str, Any]) -> list[tuple[str, str]]:
    """What happened about a lead and whom it went to: offers, notices, escalations."""
    offers = [("offer", each["to_id"]) for each in records.bodies("offer", lead_id=lead["id"])]
    notices = records.bodies("notice", lead_id=lead["id"])
    rungs = records.bodies("escalation", lead_id=lead["id"])
    return [
        *offers,
        *((each["kind"], each["to_id"]) for each in notices),
        *((each["level"], each["to_id"]) for each in rungs),
    ]


def wait_until(received_at: int, seconds: int) -> None:
    time.sleep(max(received_at / 1000 + seconds - time.time(), 0))


def wait_for(what: Callable[[], list[Any]]) -> None:
    """From now on: how long a busy machine takes to start the server is not the server's."""
    latest = time.monotonic() + WITHIN_S
    while not what():
        assert time.monotonic() < latest, "too late"
        time.sleep(0.1)
