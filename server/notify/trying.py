"""A test message: sent now, past the queue and whatever the robot rests for; not kept."""

from server.db import Connection
from server.errors import NotFound, TooMany
from server.notify.channel import Answer, Letter
from server.notify.packing import LEASE_MS, Parcel, hold, recent, rest_for, take_turn
from server.notify.sender import Sender, kind_of
from server.notify.words import say_test
from server.rows import find_row


async def try_out(sender: Sender, org_id: str, robot_id: str) -> Answer:
    """Raises TooMany while the robot is sending something else, or has sent all it may."""

    async def pack(connection: Connection) -> tuple[Parcel, str]:
        parcel = await take_for_test(connection, sender, org_id, robot_id)
        store = await find_row(connection, org_id, parcel.robot.store_id)
        return parcel, store.body["name"] if store else ""

    parcel, store = await sender.database.transact(pack)
    robot, now = parcel.robot, sender.clock()
    letter = Letter(f"test-{robot.id}-{now}", robot.url, robot.secret, say_test(store))
    return await sender.say(parcel, letter)


async def take_for_test(
    connection: Connection, sender: Sender, org_id: str, robot_id: str
) -> Parcel:
    kind, now = await kind_of(connection, org_id, robot_id), sender.clock()
    if kind not in sender.channels:
        raise NotFound
    robot = await take_turn(connection, org_id, robot_id, now)
    if robot is None:
        raise TooMany("robot_busy", retry_after=LEASE_MS // 1000)
    sent = recent(robot, now)
    if (rest := rest_for(sender.channels[kind].pace, sent)) is not None:
        raise TooMany("robot_busy", retry_after=max((rest - now) // 1000, 1))
    return Parcel(robot, await hold(connection, robot, sent, now))
