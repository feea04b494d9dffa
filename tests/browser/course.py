"""How a long day goes: what is done in which hour, and what goes wrong in between."""

from playwright.sync_api import expect

from server.clock import DAY_MS, HOUR_MS
from tests.browser import pictures
from tests.browser.company import BO
from tests.browser.day import HOURS, PINS, STEP_MS, Day, Deed
from tests.browser.handsets import UNSENT, Handset
from tests.browser.people import KEPT

BY_HAND: list[list[Deed]] = [
    [Day.bo_registers, Day.customer_scans_the_poster_and_leaves],
    [Day.bo_follows_up, Day.bo_leaves_a_remark, Day.xia_registers],
    [Day.lin_puts_a_lead_off, Day.bo_uses_the_shared_phone],
    [Day.bo_takes_a_photo, Day.xia_registers],
    [Day.bo_uses_the_shared_phone],
    [Day.bo_corrects_himself, Day.lin_reassigns],
    [Day.customer_scans_the_poster_and_leaves],
    [Day.bo_follows_up, Day.both_edit_one_customer],
]


class Course:
    """The hours in which each phone has no signal, and in which each mishap falls, by the seed."""

    def __init__(self, day: Day) -> None:
        self.day = day
        rnd = day.rnd
        hours = range(1, HOURS)
        self.silent = {each.name: set(rnd.sample(hours, HOURS // 2)) for each in day.handsets}
        self.skies = ["clear", *(rnd.choice(("clear", "slow", "frayed")) for _ in hours)]
        self.ahead, self.behind = rnd.randrange(1, HOURS - 1), rnd.randrange(1, HOURS - 1)
        self.eviction, self.update = rnd.randrange(3, HOURS), rnd.randrange(2, HOURS)
        self.gone: set[str] = set()
        pictures.photograph(day.theatre.folder / "plan.jpg")

    def run(self) -> None:
        for hour in range(HOURS):
            self.begin(hour)
            deeds = [*BY_HAND[hour]]
            self.day.rnd.shuffle(deeds)
            for deed in deeds:
                deed(self.day)
                self.day.passes(STEP_MS)
                self.day.answer_offers()
            self.work()
            self.day.passes(HOUR_MS - len(deeds) * STEP_MS)

    def begin(self, hour: int) -> None:
        day = self.day
        day.weather(self.skies[hour])
        for handset in day.handsets:
            handset.signal(hour not in self.silent[handset.name])
        if hour in (self.ahead, self.ahead + 1):
            day.jump(day.own, DAY_MS if hour == self.ahead else 0)
        if hour in (self.behind, self.behind + 1):
            day.jump(day.shared, -2 * HOUR_MS if hour == self.behind else 0)
        if hour == self.eviction:
            self.evict()
        if hour == self.update:
            self.update_with_a_draft()

    def work(self) -> None:
        day = self.day
        for handset in day.handsets:
            day.work(handset, max(1, day.volume // HOURS // len(day.handsets)))

    def evict(self) -> None:
        """What was only there is lost, and was said to be; what lies in the reserve is not."""
        day = self.day
        own = day.own
        own.signal(False)
        day.bo_leaves_a_remark()
        own.is_full()
        customer = day.rnd.choice(own.rows("customer"))
        own.saves_in_the_reserve(customer["id"], day.word(own, "comment", "写不下"))
        waiting = own.operations(*UNSENT)
        self.gone = self.unfinished_photos()
        own.says_it_has(len(waiting))
        day.lost += [str(each["fields"]) for each in waiting]
        own.is_evicted()
        day.tell("evicted", lost=len(waiting))
        own.signal(True)
        self.sign_in_again(own)

    def unfinished_photos(self) -> set[str]:
        """Of which the server knows, and does not have the picture."""
        return {each["id"] for each in self.day.records.bodies("photo", state="pending")}

    def sign_in_again(self, own: Handset) -> None:
        day = self.day
        page = day.bo.page
        page.goto(day.stage.door_of(BO))
        page.get_by_role("button", name="我的手机").click()
        expect(page.get_by_text("浏览器清理过这部手机").first).to_be_visible()
        day.records.until(lambda: bool(own.rows("customer")), 60)

    def update_with_a_draft(self) -> None:
        """A new build comes while the manager is in the middle of a follow-up."""
        day = self.day
        lin, page = day.lin, day.lin.page
        day.desk.signal(True)
        day.weather("clear")
        customer = day.rnd.choice(day.desk.rows("customer"))
        page.goto(f"/customers/{customer['id']}/follow")
        lin.pick("怎么联系的", "电话")
        lin.pick("问候", "已接通")
        worker = day.stage.dist / "sw.js"
        worker.write_bytes(worker.read_bytes() + b"\n// the next version\n")
        # A connection made in worse weather may break once more.
        look = "navigator.serviceWorker.getRegistration().then((one) => one.update())"
        page.evaluate(f"{look}.catch(() => {look})")
        with page.expect_event("load", timeout=60_000):
            page.get_by_role("button", name="现在更新").click()
        lin.pick("需求确认", "需求清楚")
        lin.pick("方案推荐", "要修改")
        lin.pick("异议处理", "没有异议")
        lin.pick("预约复访", "3 天后")
        lin.pick("客户心情", "有意向")
        lin.pick("突破点", "设计")
        lin.button("完成这次跟进").click()
        lin.is_told("已存本机")
        day.tell("updated with a draft open", of=customer["body"]["name"])

    # The evening

    def end(self) -> None:
        """Everybody has signal and the right time, sends what is left, and decides what is open."""
        day = self.day
        day.weather("clear")
        for handset in day.handsets:
            handset.signal(True)
            if handset.off_by:
                day.jump(handset, 0)
        for _ in range(2):
            day.bo.syncs()
            day.lin.syncs()
            for staff in (day.xia, day.bo_there):
                day.shared.passes_to(staff, PINS[staff.person.id])
                staff.syncs()
        self.settle_a_conflict()
        day.records.until(lambda: self.unfinished_photos() <= self.gone, 60)
        day.lin.syncs()
        day.bo.syncs()
        day.tell("closed")

    def settle_a_conflict(self) -> None:
        day = self.day
        conflict = day.records.bodies("conflict", field="community")[0]
        day.bo.page.goto(f"/customers/{conflict['row_id']}")
        day.bo.main.get_by_role("button", name=f"恢复 {conflict['value_other']}").click()
        day.bo.is_told(KEPT)
        day.bo.syncs()
        assert day.records.body("conflict", id=conflict["id"])["state"] == "restored"
        day.tell("conflict settled")
