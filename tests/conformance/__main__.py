"""`python -m tests.conformance URL [--people FILE]`: each law, and whether the server keeps it.

FILE is JSON: {"org"?, "password", "rep", "colleague", "stranger", "manager"}, each a login: two
reps of one store, one of another, the first store's manager. By default the people of the sample.
Exit status 1 if any law is broken.
"""

import argparse
import json
import sys
from pathlib import Path

from tests.conformance import merging, pulling, pushing
from tests.conformance.peer import Peer
from tests.conformance.scene import LAWS, Law, Scene

ROOMS = (pushing, merging, pulling)
SAMPLE = {
    "org": "xinju",
    "password": "shopbell",
    "rep": "bo",
    "colleague": "chen",
    "stranger": "wu",
    "manager": "lin",
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.conformance")
    parser.add_argument("url")
    parser.add_argument("--people", type=Path)
    wish = parser.parse_args()
    people = json.loads(wish.people.read_text()) if wish.people else SAMPLE
    laws = sorted(LAWS, key=lambda each: each.numbers)
    broken = [each for each in laws if not report(each, meet(wish.url, people))]
    print(f"{len(LAWS) - len(broken)} passed, {len(broken)} failed")
    sys.exit(1 if broken else 0)


def meet(url: str, people: dict[str, str]) -> Scene:
    """Everybody takes a new device for each law, so that one broken law breaks no other."""
    org = people.get("org")
    logins = [people[role] for role in ("rep", "colleague", "stranger", "manager")]
    return Scene(*(Peer(url, login, people["password"], org) for login in logins))


def report(each: Law, scene: Scene) -> bool:
    """Prints one line; whether the law holds."""
    try:
        each.check(scene)
    except Exception as found:
        print(f"BROKEN  {name_of(each)}\n        {type(found).__name__}: {found}")
        return False
    print(f"kept    {name_of(each)}")
    return True


def name_of(each: Law) -> str:
    numbers = ", ".join(map(str, each.numbers))
    return f"{'laws' if len(each.numbers) > 1 else 'law'} {numbers}: {each.sentence}"


if __name__ == "__main__":
    main()
