"""What a change in WeCom's address book means for a person here. Pure.

Since August 2022 a letter may name no more than a member's id and departments. Roles are never
taken from there: a title is what its bearer may have typed.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from server.people.entries import Entry, Known
from server.people.wecom_departments import Departments
from server.people.wishes import LEFT
from sync import Row

CREATED, UPDATED, DELETED = "create_user", "update_user", "delete_user"
CHANGES = (CREATED, UPDATED, DELETED)
ENABLED, DISABLED, QUIT = "1", "2", "5"
NEWCOMERS_ROLE = "rep"


def event_id_of(letter: str) -> str:
    """A letter that is sent again says the same; two of one second differ in what they say."""
    return f"wecom:{sha256(letter.encode()).hexdigest()}"


def is_of_people(told: Mapping[str, str]) -> bool:
    is_change = (told.get("MsgType"), told.get("Event")) == ("event", "change_contact")
    return is_change and told.get("ChangeType") in CHANGES and bool(told.get("UserID"))


def read_change(told: Mapping[str, str], known: Known, departments: Departments) -> Entry | None:
    """None where nobody here is meant: strangers, and members of departments without a store."""
    user_id, change = told["UserID"], told["ChangeType"]
    person = known.staff.get(known.external.get(user_id, ""))
    stores = stores_of(told, departments)
    if change == DELETED:
        return Entry(1, external_id=user_id, state=LEFT) if person else None
    said: dict[str, Any] = {"name": told.get("Name", ""), "phone": told.get("Mobile", "")}
    said["stores"] = stores
    if person is not None:
        return Entry(1, external_id=user_id, state=state_of(told, person), **said)
    if not (stores or (change == CREATED and not departments.stores)):
        return None
    said |= {"name": said["name"] or user_id, "login": "" if said["phone"] else user_id}
    return Entry(1, external_id=user_id, role=NEWCOMERS_ROLE, **said)


def stores_of(told: Mapping[str, str], departments: Departments) -> tuple[str, ...] | None:
    """None is not said. Whoever is in none of the stores' departments, nor below, is in no
    store."""
    if "Department" not in told or not departments.stores:
        return None
    return departments.stores_of(told["Department"])


def state_of(told: Mapping[str, str], person: Row) -> str | None:
    """Nobody who left comes back by a letter that was late. Whoever was sent on leave without an
    end is back when WeCom lets them in again."""
    held, status = person.body["state"], told.get("Status", "")
    if held == LEFT:
        return None
    if status == QUIT:
        return LEFT
    if status == DISABLED and held == "active":
        return "leave"
    if status == ENABLED and held == "leave" and person.body.get("back_at") is None:
        return "active"
    return None


def renamed(told: Mapping[str, str], known: Known) -> dict[str, str]:
    """A member's new id, for whom it is; the old one goes on meaning them."""
    new_id, staff_id = told.get("NewUserID", ""), known.external.get(told["UserID"], "")
    return {new_id: staff_id} if new_id and staff_id and new_id not in known.external else {}
