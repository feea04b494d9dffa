"""The mutants: a file, a text that stands in it once, what replaces it, and who should notice."""

from __future__ import annotations

from typing import NamedTuple


class Mutant(NamedTuple):
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


def of(file: str, tests: str, *changes: tuple[str, str]) -> list[Mutant]:
    return [Mutant(file, old, new, tuple(tests.split())) for old, new in changes]


SYNC = "tests/sync/"
SERVER = "tests/server/"
MERGE = (
    f"{SYNC}test_merge.py {SYNC}test_vectors.py {SYNC}test_duplicates.py "
    f"{SYNC}test_state_machine.py"
)
CLOCKS = f"{SERVER}test_clocks.py"
RIGHTS = f"{SERVER}test_rights_that_were.py"
TIME = f"{SYNC}test_time.py {SYNC}test_vectors.py"
CURSOR = f"{SYNC}test_cursor.py {SYNC}test_state_machine.py"
JUDGE = f"{SYNC}test_units.py {SYNC}test_rights.py {SYNC}test_duplicates.py {SYNC}test_merge.py"
PUBLISH = f"{SERVER}test_pull.py {SERVER}test_conflicts.py {SERVER}test_unmerge.py"
PULL = f"{SERVER}test_pull.py"
AGAIN = f"{SERVER}test_judging_again.py {SERVER}test_parted_phones.py {SERVER}test_corrections.py"
UNMERGE = f"{SERVER}test_unmerge.py {SERVER}test_candidates.py"
ERASED = f"{SERVER}test_erasure.py"

MUTANTS: list[Mutant] = [
    *of(
        "sync/merge.py",
        MERGE,
        ("stamp.version > base and stamp.device", "stamp.version >= base and stamp.device"),
        ("stamp.version > base and stamp.device != device", "stamp.version > base"),
        ("at=max(incoming.at, stamp.at + 1)", "at=max(incoming.at, stamp.at)"),
        ("return None if later(stamp, incoming) else Change(value, incoming, None)", "return None"),
        ("if unseen and later(stamp, incoming):", "if unseen and later(incoming, stamp):"),
        ("if unseen and later(stamp, incoming):", "if unseen:"),
        ("Kept(field, held, stamp, unseen)", "Kept(field, held, stamp, False)"),
        ('if held in (None, "", []):', "if held is None:"),
        ("(one.at, one.device) > (other.at, other.device)", "one.at > other.at"),
        (".intersection(remove).difference(add)", ".intersection(remove)"),
        (
            "in added.items() if not is_unseen(stamp, base, incoming.device)]",
            "in added.items()]",
        ),
        ("if len(seen) == len(added):", "if seen:"),
        ("if key == field or key not in seen}", "if key not in seen}"),
        ('return f"{field}:{element}:{device}"', 'return f"{field}:{element}"'),
    ),
    *of(
        "sync/clock.py",
        TIME,
        ("max(after + 1, min(corrected, timing.received_at))", "max(after + 1, corrected)"),
        ("return max(after + 1,", "return max(after,"),
        ("captured_at + self.skew <= self.received_at and self.is_steady", "self.is_steady"),
        (" <= self.received_at and self.is_steady", " <= self.received_at"),
        ("<= SKEW_TOLERANCE_MS", "< SKEW_TOLERANCE_MS"),
        ("return self.received_at - self.sent_at", "return self.sent_at - self.received_at"),
        ("corrected = min(corrected, timing.contact_at)", "corrected = timing.contact_at"),
        ("corrected = max(corrected, timing.written_since)", "pass"),
    ),
    *of(
        "sync/cursor.py",
        CURSOR,
        ("not purged <= given.seq <= head", "not purged <= given.seq"),
        ("not purged <= given.seq <= head", "not given.seq <= head"),
        ("if scope in rights.scopes and scope not in resend]", "if scope in rights.scopes]"),
        ("is_whole and set(owed) <= set(given.scopes) and is_theirs", "is_whole and is_theirs"),
        ("<= set(given.scopes) and is_theirs(given, rights)", "<= set(given.scopes)"),
        ("given.person, given.device)", "given.person, rights.device)"),
        ("(given.epoch, given.org,", "(rights.epoch, given.org,"),
        ("wanted = sorted({*owed, *granted})", "wanted = sorted(granted)"),
        (
            "Backfill(wanted, head, 0, 0, 0, 0, -1) if wanted",
            "Backfill(wanted, given.seq, 0, 0, 0, 0, -1) if wanted",
        ),
        ("if not granted and not dropped:", "if not granted:"),
        ("return is_whole and", "return"),
    ),
    *of(
        "sync/digest.py",
        f"{SYNC}test_digest.py {SYNC}test_vectors.py",
        (
            "Digest(digest.rows + 1, (digest.hi + hi) % LANE",
            "Digest(digest.rows + 1, digest.hi + hi",
        ),
        ("(one.hi + other.hi) % LANE", "one.hi + other.hi"),
        ("(one.lo + other.lo) % LANE", "one.lo"),
        ('f"{entity}\\n{id}\\n{version}"', 'f"{id}\\n{version}"'),
    ),
    *of(
        "sync/placement.py",
        f"{SYNC}test_digest.py {SYNC}test_simulation.py {SERVER}test_pull.py",
        ("tuple(scope for scope in before if scope not in after)", "before"),
        ("tuple(scope for scope in before if scope not in after)", "()"),
    ),
    *of(
        "sync/judge.py",
        JUDGE,
        (
            "            ledger.rewind(mark)\n            return [*refuse_unit",
            "            return [*refuse_unit",
        ),
        ("if not author.acts_as(entity.create_roles, entity.claim):", "if False:"),
        (
            "ledger.is_alias(operation.i) or ledger.row(operation.i) is not None",
            "ledger.is_alias(operation.i)",
        ),
        ("if is_claim or is_tree_deleted(row, ledger):", "if is_tree_deleted(row, ledger):"),
        ("row.author == author.staff_id and ledger.now", "ledger.now"),
        (
            "row.author == author.staff_id and ledger.now - row.received_at < OWN_ENTRY_MS",
            "row.author == author.staff_id",
        ),
        (
            ' and conflict.entity == "conflict" and conflict.root == row.root',
            ' and conflict.entity == "conflict"',
        ),
        ("return left or not author.past_scopes", "return not author.past_scopes"),
        ("if row.entity != entity.name:", "if False:"),
        ('entity.kind != "profile" or not author', "not author"),
        ("not (is_within_reach and may_restore", "not (may_restore"),
        ("if not is_within_reach:", "if False:"),
        ("if not parent or not is_seen:", "if not parent:"),
        ("return named.root if named and is_seen else", "return named.root if named else"),
        ("is_fresh(row) or ledger.is_alias(id) or not", "ledger.is_alias(id) or not"),
        ("is_fresh(row) or ledger.is_alias(id) or not", "is_fresh(row) or not"),
        ('not_found", key[0])', 'not_found")'),
    ),
    *of(
        "sync/judge.py",
        AGAIN,
        ("if row is None or row.deleted:", "if row is None:"),
        ("if row is not None and had_reach(row, author):", "if row is not None:"),
        ("root = ledger.row(row.root) or row\n", "root = row\n"),
        ("if is_claim or is_tree_deleted(row, ledger):", "if is_claim:"),
        ("    for row in kept:\n        ledger.delete(row)\n", ""),
        ("            ledger.rewind(mark)\n            refuse_again", "            refuse_again"),
        ("return left or not author.past_scopes.isdisjoint(row.scopes)", "return left"),
    ),
    *of(
        "sync/judge.py",
        RIGHTS,
        ("row.root in author.recent or row.id in author.recent", "row.root in author.recent"),
    ),
    *of(
        "sync/applying.py",
        MERGE,
        (
            "base = 0 if ledger.is_alias(operation.i) else seen_version(operation, ledger)",
            "base = seen_version(operation, ledger)",
        ),
        ("if value in EMPTY or now == value:", "if now == value:"),
        ("        if now in EMPTY:", "        if now is None:"),
        ("    ledger.touch(row)\n    aside", "    aside"),
        ('ledger.change(conflict, state="restored")', "pass"),
        ('return change.kept.concurrent or policy == "first"', "return change.kept.concurrent"),
        ('ledger.keep(row, change.kept, "displaced")', "pass"),
        ('    ledger.keep(row, kept, "concurrent")\n', ""),
        ('ledger.keep(row, Kept(field, element, stamp, False), "removed")', "pass"),
    ),
    *of(
        "sync/applying.py",
        f"{SERVER}test_conflicts.py",
        ("return base if base <= ledger.head else 0", "return base"),
        ("return base if base <= ledger.head else 0", "return base if base < ledger.head else 0"),
    ),
    *of(
        "sync/refusal.py",
        f"{SYNC}test_units.py {AGAIN}",
        ('if why.code in ("not_found", "deleted")', 'if why.code in ("not_found",)'),
        ("return kept if len(kept) == len(held) else None", "return kept or None"),
        ('"fields": {} if operation.fault else operation.f', '"fields": operation.f'),
        ('now - (refusal.at - refusal.body["captured_at"])', "now"),
        ("operation is culprit or why.code == ERASED", "True"),
        ('"base": operation.b,', '"base": None,'),
        ('"cites": operation.x,', '"cites": None,'),
        ("named = culprit.x", "named = culprit.i"),
        ('"state": "again"})\n    follow(culprit, why, ledger, author)\n', '"state": "again"})\n'),
        ("isinstance(named, str) and is_name(named)", "isinstance(named, str)"),
        ('ledger.row(missing) if why.code == "deleted" else None', "None"),
    ),
    *of(
        "sync/entity.py",
        RIGHTS,
        (" or store_id in self.past_store_ids", ""),
    ),
    *of("sync/wire.py", f"{SYNC}test_wire.py", ("if push.v < 1:", "if push.v < 0:")),
    *of(
        "sync/ledger.py",
        f"{SYNC}test_units.py {SYNC}test_duplicates.py {UNMERGE}",
        ("        del self.history[mark.history :]\n", ""),
        ("        del self.timers[mark.timers :]\n", ""),
        ("        del self.side[mark.side :]\n", ""),
        ("        while id in self._aliases:", "        if id in self._aliases:"),
        ("        if row.id not in self.touched:\n            self.touch(row)\n", ""),
        ("standing = [d for d in standing if d[:2] != timer]", "standing = list(standing)"),
    ),
    *of(
        "server/rows/publish.py",
        PUBLISH,
        ("(row.id in ledger.touched or row.root in moved) and", "row.id in ledger.touched and"),
        (
            '    await delete_each(connection, evictions, ("org_id", "scope", "id"), readmitted)\n',
            "",
        ),
        ("if stamp.version == PENDING else stamp", "if False else stamp"),
        ("        if row.born == PENDING:", "        if False:"),
        ("total[1] += sign * hi", "total[1] += hi"),
        (
            "add_lanes(sums[stored.scopes], row, stored.seq, -1)",
            "add_lanes(sums[stored.scopes], row, row.seq, -1)",
        ),
        ("    await bulk_upsert(connection, evictions, evicted)\n", ""),
        (
            'delete_each(connection, aliases, ("org_id", "alias_id"), ended)',
            'delete_each(connection, aliases, ("org_id", "alias_id"), [])',
        ),
    ),
    *of(
        "server/exchange/pull.py",
        PULL,
        ("and entries[end][SEQ] == entries[end - 1][SEQ]:", "and False:"),
        (
            "cursor = msgspec.structs.replace(cursor, seq=entries[-1][SEQ])",
            "cursor = msgspec.structs.replace(cursor, seq=page.reached)",
        ),
        ("lines, msgspec.structs.replace(cursor, seq=page.reached)", "lines, cursor"),
        ("told=False", "told=True"),
    ),
    *of(
        "server/exchange/backfill.py",
        f"{PULL} {SERVER}test_first_sync.py",
        ("nth=0, after=0, sent=sent)", "nth=0, after=batch.reached, sent=sent)"),
        ("(backfill, after=batch.reached, sent", "(backfill, after=batch.reached + 1, sent"),
        ("is_full=batch.size == limit", "is_full=False"),
        ("nth=backfill.nth + 1, after=0", "nth=backfill.nth + 1, after=batch.reached"),
        ("if backfill.nth + 1 < len(backfill.scopes):", "if False:"),
        ("part + 1, nth=0, after", "part + 1, nth=backfill.nth, after"),
        ("if sent == backfill.total:", "if sent >= backfill.total - 2:"),
        ("n * sum(each in scopes for each in held.split())", "n"),
        ("return {first: batch.size}", "return {first: 1}"),
        ("    if len(alike) == 1:", "    if alike:"),
        ("max(1, batch.size // TOO_LARGE))", "0)"),
    ),
    *of(
        "server/exchange/feed.py",
        f"{PULL} {SERVER}test_first_sync.py",
        ("all_of_them = union(*each)", "all_of_them = union_all(*each)"),
        ("    if scopes > 1:\n", "    if scopes > 9:\n"),
        ("for nth in range(scopes)]\n    same_row", "for nth in range(1)]\n    same_row"),
    ),
    *of(
        "server/exchange/page.py",
        PULL,
        ("return min(found[~sources", "return max(found[~sources"),
        ("complete = found if at_end else found[:", "complete = found if True else found[:"),
        (".replace(AT_MARK, indexes[scopes])", ".replace(AT_MARK, indexes[scopes], 1)"),
        ("if entry[SOURCE] >= ROW]", "if entry[SOURCE] > ROW]"),
    ),
    *of(
        "server/exchange/send.py",
        PULL,
        ("return cursor.told and cursor.backfill is None", "return cursor.backfill is None"),
        ("cursor.backfill is None and cursor.seq == head and", "cursor.backfill is None and"),
    ),
    *of(
        "server/exchange/replay.py",
        f"{SERVER}test_push.py {AGAIN}",
        ("        if stored.get(n) != sent:", "        if False:"),
        ("each.known = job.hashes[each.n - numbers[0]] in before", "each.known = True"),
        ("        elif n in outcomes:", "        elif False:"),
    ),
    *of(
        "server/exchange/push.py",
        f"{SERVER}test_push.py {AGAIN}",
        ("return units if units and units[0][0].n == next_seq else []", "return units"),
        ("if unit[0].n >= next_seq]", "if unit[0].n > 0]"),
    ),
    *of(
        "server/exchange/push.py",
        f"{RIGHTS} {CLOCKS}",
        ("last_skew=device.skew_ms", "last_skew=None"),
        ("contact_at=device.contact_at", "contact_at=None"),
        ('"to_contact_seq": head if is_contact else device.contact_seq', '"to_contact_seq": head'),
        ("received_at if is_contact else device.contact_at", "received_at"),
        ("sent_at if is_contact else device.skew_ms", "sent_at"),
        ("is_over or not job.push.more", "not job.push.more"),
        ("bearer if is_theirs else author", "author"),
        ("written_since=elsewhere.written_since", "written_since=None"),
    ),
    *of(
        "server/exchange/contacts.py",
        f"{RIGHTS} {CLOCKS}",
        ("device.created_at if is_new else device.contact_at", "device.contact_at or 0"),
        ("QUEUE_MS = 7 * DAY_MS", "QUEUE_MS = 6 * DAY_MS"),
        ("QUEUE_MS = 7 * DAY_MS", "QUEUE_MS = 8 * DAY_MS"),
        ("begun_at is not None and now - begun_at > QUEUE_MS", "True"),
        ("for at, seq, revoked_at in found if revoked_at is None", "for at, seq, _ in found"),
        ("        heard_at >= now - CARRIED_MS,\n", ""),
        ("IN_FLIGHT_MS = 5 * MINUTE_MS", "IN_FLIGHT_MS = 0"),
        ("*(at for at, _, _ in found)", ""),
    ),
    *of(
        "server/exchange/authors.py",
        f"{RIGHTS} {AGAIN}",
        ("scopes = actor.scopes.union(*(each.scopes for each in past))", "scopes = actor.scopes"),
        ('refusal.body.get("answered_by") if is_released(refusal) else None', "None"),
        ("if is_released(refusal) else None", "if True else None"),
    ),
    *of(
        "server/exchange/judging_again.py",
        AGAIN,
        (" if is_released(refusal) else None", ""),
    ),
    *of(
        "server/identity/devices.py",
        RIGHTS,
        (
            "contact_seq=select(heads.c.seq).where(heads.c.org_id == actor.org_id)"
            ".scalar_subquery()",
            "contact_seq=0",
        ),
    ),
    *of(
        "server/exchange/retention.py",
        f"{SERVER}test_retention.py",
        ("KEPT_MS = 180 * DAY_MS", "KEPT_MS = 170 * DAY_MS"),
    ),
    *of(
        "server/exchange/send.py",
        f"{SERVER}test_erasure_reach.py",
        ("is_whole = plan.cursor.told and plan.cursor.backfill is None", "is_whole = True"),
        ("(wish.resend or plan.dropped or plan.resync)", "(plan.dropped or plan.resync)"),
        ("(wish.resend or plan.dropped or plan.resync)", "(wish.resend or plan.resync)"),
        ("(wish.resend or plan.dropped or plan.resync)", "(wish.resend or plan.dropped)"),
    ),
    *of(
        "server/rows/waiting.py",
        AGAIN,
        ("in ended if until_at > ledger.now]", "in ended]"),
        (
            "fresh | ledger.new_aliases.keys() | ledger.returned.keys()",
            "fresh | ledger.new_aliases.keys()",
        ),
        ("for id in sorted({*here, *there}):", "for id in there:"),
    ),
    *of(
        "server/duplicates/unmerging.py",
        UNMERGE,
        ("            ledger.move(row, original)\n", "            pass\n"),
        (
            'original if phone_to == "record" else into',
            'into if phone_to == "record" else original',
        ),
        ("(stamp.at, stamp.device) == (own.at, own.device)", "True"),
        ("(stamp.at, stamp.device) == (own.at, own.device)", "stamp.at == own.at"),
        ("(stamp.at, stamp.device) == (own.at, own.device)", "False"),
        ('ledger.change(conflict, state="ended")', "pass"),
        ('settle(ledger, candidate, "different", fact.author or "")', "pass"),
        ("            ledger.claim(kind, value, original)\n", "            pass\n"),
    ),
    *of(
        "server/duplicates/merging.py",
        UNMERGE,
        ("            ledger.claim(kind, value, into)\n", "            pass\n"),
        ("    join_leads(ledger, gone, into)\n", ""),
        ("    recount(into, ledger)\n", ""),
        ("    ledger.alias(gone.id, into)\n", ""),
    ),
]
