"""Mutants of check-ins, of what the law gives a customer, and of what is kept of refusals."""

from tests.mutants.cases import AGAIN, ERASED, SERVER, Mutant, of

VISITS = " ".join(
    f"{SERVER}{name}.py"
    for name in ("test_visits_grade", "test_visits_doubts", "test_visits_before", "test_visits")
)
ROUNDED = f"{SERVER}test_places_rounded.py"
REACH = f"{SERVER}test_erasure_reach.py {SERVER}test_erasure_messages.py"

EVIDENCE: list[Mutant] = [
    *of(
        "server/visits/grading.py",
        VISITS,
        ("if distance - accuracy > fence:", "if distance > fence:"),
        ('return "inside" if distance + accuracy <= fence', 'return "inside" if distance <= fence'),
        ("abs(evidence.off_ms) > OLDEST_FIX_MS", "evidence.off_ms > OLDEST_FIX_MS"),
        ("grade = min(grade, DOUBTS[doubt], key", "grade = min(grade, key"),
        ('    "outside": "uncertain",\n}', '    "outside": "plausible",\n}'),
    ),
    *of(
        "server/visits/doubts.py",
        VISITS,
        ("if other and other.author != row.author and", "if other and"),
        ("kmh * hours", "10 * kmh * hours"),
        ("    doubt_m = row.body", "    doubt_m = 1e9 + row.body"),
        ('row.body["accuracy_m"] + before.body["accuracy_m"]', "0"),
        ("JUMP_LEAST_M = 1_000", "JUMP_LEAST_M = 100_000"),
        ("PLANE_FROM_M = 350,", "PLANE_FROM_M = 100_000,"),
        ("12 * HOUR_MS", "23 * HOUR_MS"),
        ('if held is not None and not held.body.get("void")', "if held is not None"),
        (" or find_held(ledger, VISIT_BEFORE, author)", ""),
        (" or fast.at < last.at", ""),
        ("fast is None or", "True or"),
        ('    if "too_fast" in row.body["reasons"]:', "    if False:"),
        ("held is None or held.at <= row.at", "held is None"),
        ("held is None or held.at <= row.at", "True"),
        ('!= (row.author, body["fix_at"])', "!= (row.author, 0)"),
    ),
    *of(
        "server/visits/walls.py",
        VISITS,
        ("    if poster.store_id != store_id:", "    if False:"),
        ('"ours" if stand(poster, now) == "hangs" else "old"', '"ours"'),
        ('verdict == "ours" or is_leaving', 'verdict == "ours"'),
        ("is_wall = poster is not None and poster.staff_id is None", "is_wall = True"),
    ),
    *of(
        "server/visits/entities.py",
        VISITS,
        ("is_same = visit.device == row.device", "is_same = True"),
    ),
    *of(
        "server/visits/rounding.py",
        ROUNDED,
        ("KEPT_MS = 180 * DAY_MS", "KEPT_MS = 179 * DAY_MS"),
        ("KEPT_MS = 180 * DAY_MS", "KEPT_MS = 181 * DAY_MS"),
        ("            ledger.release(kind, value)\n", "            pass\n"),
        ('if row.body.get("entity") == "visit":', "if False:"),
        ("(rows.c.received_at > bindparam", "(rows.c.received_at >= bindparam"),
        ("holder is not None and holder.id == id", "holder is not None"),
    ),
    *of(
        "server/privacy/forgetting.py",
        REACH,
        ("    await delete_messages(connection, ledger.org, gone)\n", ""),
        ("or_(unknown, *named)", "or_(*named)"),
        ("    await forget_offered(connection, ledger.org, gone)\n", ""),
    ),
    *of(
        "server/privacy/erasing.py",
        REACH,
        ("    await cut_links(connection, ledger, tree)\n", ""),
        ("        ledger.bury(made[id], id)\n", "        pass\n"),
        ("    scopes |= await read_evicted(connection, ledger.org, ids)\n", ""),
    ),
    *of(
        "server/privacy/receipts.py",
        REACH,
        ("        *await connection.execute(past.where(rights.c.org_id == org_id)),\n", ""),
    ),
    *of(
        "server/privacy/carrying_out.py",
        f"{ERASED} {REACH}",
        ("    database.keep(asyncio.create_task(database.scrub(CLEARED)))\n", ""),
        ("    await remove_doomed(app.state.darkroom)\n", ""),
        ('or not may(person.body["store_id"])', ""),
        ("return done if done is not None and may(done.store_id) else None", "return done"),
    ),
    *of(
        "server/privacy/suppression.py",
        ERASED,
        ("    ledger.suppressed |= {", "    ledger.known = {"),
        ("digest_of(key, ledger.org, each[1])", 'digest_of(b"other", ledger.org, each[1])'),
    ),
    *of(
        "server/customers/agreement.py",
        f"{SERVER}test_consent.py",
        ("not one.given, one.purpose != SERVICE", "one.given, one.purpose != SERVICE"),
        ("PURPOSES if ends_all else (each.purpose,)", "(each.purpose,)"),
        ('return made is not None and "created_at" in made.body', "return True"),
        ("return text is not None and text.purpose ==", "return text is None or text.purpose =="),
        ('if each["purpose"] != MARKETING or is_known(each))', "if True)"),
        ('"verbal" if given["how"] == "own_phone" else given["how"]', 'given["how"]'),
        ("[*held, *said_at(arrival)]", "said_at(arrival)"),
    ),
    *of(
        "server/exchange/kept.py",
        AGAIN,
        ("return refusal if refusal.author == author.staff_id else None", "return refusal"),
    ),
    *of(
        "server/exchange/kept.py",
        f"{SERVER}test_erasure_refused.py",
        ("    ledger.change(refusal, fields={}, note=None, answer=None)\n", ""),
        ('            ledger.change(said, note="")\n', "            pass\n"),
    ),
]
