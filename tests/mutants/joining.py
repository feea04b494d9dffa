"""Mutants of what brings records together, takes them apart, and says whose a customer is."""

from tests.mutants.cases import AGAIN, SERVER, Mutant, of

CONFLICTS = f"{SERVER}test_conflicts.py {SERVER}test_unmerge.py"
CORRECTED = f"{SERVER}test_corrections.py"
MERGING = f"{SERVER}test_merging.py"
RULINGS = f"{SERVER}test_rulings.py"

JOINING: list[Mutant] = [
    *of(
        "sync/entity.py",
        f"{CORRECTED} {AGAIN}",
        ("row.deleted or (root.deleted and not self.outlives)", "row.deleted"),
        ("root.deleted and not self.outlives", "root.deleted"),
    ),
    *of(
        "sync/applying.py",
        CONFLICTS,
        ("field in fields and ledger.resolve", "ledger.resolve"),
        ('if not is_meant or state == "ended":', "if not is_meant:"),
        ("if all(each in (now or []) for each in other) if is_set else now == other:", "if True:"),
    ),
    *of(
        "sync/reading.py", CONFLICTS, ('{"add": value} if field in sets', "value if field in sets")
    ),
    *of(
        "sync/applying.py",
        MERGING,
        ("        if refusal:\n            return refusal\n", ""),
        (
            "        if operation.b is None:\n            entity.joined",
            "        if True:\n            entity.joined",
        ),
    ),
    *of(
        "server/exchange/corrections.py",
        CORRECTED,
        ('return Refusal("invalid", "fields") if changed else None', "return None"),
    ),
    *of(
        "server/leads/entities.py",
        f"{SERVER}test_offered.py",
        (
            'return scopes_of(staff_scope(row.body["to_id"]), desk_scope',
            'return scopes_of(*root.scopes, staff_scope(row.body["to_id"]), desk_scope',
        ),
    ),
    *of(
        "server/collisions/entities.py",
        RULINGS,
        (' + row.body["head_ids"]', ""),
        ('    if author.staff_id in collision.body["head_ids"]:\n        return True\n', ""),
        ("    if not heads(author, collision):", "    if False:"),
        ('return author.role == "manager" and leads_one', "return leads_one"),
    ),
    *of(
        "server/collisions/captures.py",
        f"{SERVER}test_collisions.py",
        ("min(at + SKEW_TOLERANCE_MS, received_at)", "at + SKEW_TOLERANCE_MS"),
        ("lowest = min(captured_at + timing.skew, received_at)", "lowest = received_at"),
        (
            "Capture(min(lowest, received_at), received_at, False)",
            "Capture(lowest, received_at, False)",
        ),
    ),
    *of(
        "server/collisions/finding.py",
        f"{SERVER}test_collisions.py",
        ("contact_at=push.contact_at", "contact_at=push.received_at"),
        ("last_skew=push.last_skew_ms", "last_skew=push.skew_ms"),
    ),
    *of(
        "server/duplicates/merging.py",
        MERGING,
        ("    keep_split(ledger, gone, into)\n", ""),
        ("    pool_card.leave(ledger, gone, None)\n", ""),
        (
            '        ledger.change(into, phone_fault=gone.body.get("phone_fault"))\n',
            "        pass\n",
        ),
        ('        change_owner(ledger, into, gone.body["owner_id"])\n', "        pass\n"),
    ),
    *of(
        "server/duplicates/entities.py",
        MERGING,
        ("into is None or author.scopes.isdisjoint(into.scopes)", "into is None"),
        (" or one.deleted or other.deleted", ""),
        (
            'return scopes_of(desk_scope(root.body["store_id"]))',
            "return root.scopes",
        ),
    ),
    *of(
        "server/duplicates/unmerging.py",
        MERGING,
        ('writer.body["state"] == "active" and is_there', "is_there"),
    ),
]
