"""The whole application, joined by hand: every route, entity and background task is named here."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from functools import partial

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route

from server.attempts import Attempts
from server.clock import Clock, system_clock
from server.collisions.finding import fire_collision
from server.config import Config
from server.customers import consent_page, known, names
from server.customers import routes as customers
from server.customers.likeness import look_for_alikes
from server.db import Database, open_database
from server.db.migrate import migrate
from server.errors import HANDLERS
from server.exchange import routes as exchange
from server.exchange.judging_again import fire_rejudge
from server.exchange.opening import open_exchange, watch_heads
from server.exchange.retention import purge_old
from server.followups import week
from server.followups.digest import fire_digest
from server.front import health
from server.front.headers import Headers
from server.front.journal import Journal
from server.front.limits import BodyLimits
from server.front.metrics import Metrics
from server.front.origin import SameOrigin
from server.front.pwa import Pwa
from server.ground import Ground, ground_in
from server.identity import routes as identity
from server.identity.passwords import Passwords
from server.identity.reports import Reports
from server.identity.sessions import COOKIE, LastSeen
from server.leads import arrivals, boards, poster_figures, rules_routes
from server.leads import routes as leads
from server.leads.claims import COLLISION
from server.leads.hours_changed import fire_hours_changed
from server.leads.left_behind import LEFT_BEHIND
from server.leads.mornings import DIGEST
from server.leads.worker import Handler, Worker
from server.notify import acknowledge_routes, push_routes
from server.notify import routes as notify
from server.notify.sender import open_sender
from server.people import list_routes, wecom_routes
from server.people import routes as people
from server.people.changing import COMES_BACK, GOES_AWAY, fire_comes_back, fire_goes_away
from server.people.left_behind import fire_left_behind
from server.photos import routes as photos
from server.photos import verifying
from server.photos.opening import open_photos, sweep_photos
from server.photos.rules import CHECK as PHOTO_CHECK
from server.photos.settling import fire_photo_check
from server.pool import routes as pool
from server.pool.rounds import POOL_ROUND, fire_round, keep_rounds
from server.privacy import (
    audit_routes,
    erasure_routes,
    finding,
    handing_out,
    my_routes,
    overdue_routes,
    request_routes,
    taking_along,
)
from server.privacy.receipts import Receipts
from server.privacy.reminding import fire_request
from server.privacy.replaying import open_erasures
from server.privacy.requests import REQUEST
from server.rows.waiting import REJUDGE
from server.stores import personal_codes
from server.stores import routes as stores
from server.stores.hours import HOURS_CHANGED
from server.stores.scans import Scans
from server.stores.special_days import keep_special_days
from server.visits.alarm import fire_foreign_code
from server.visits.code_checks import FOREIGN_CODE
from server.visits.rounding import round_old

FLUSH_SEEN_S = 60
RESTART_PAUSE_S = 1
log = logging.getLogger("shopbell.app")

Task = Callable[[Starlette], Awaitable[None]]
"""Runs until it is cancelled."""

Opening = Callable[[Starlette], AbstractAsyncContextManager[None]]
"""Open while the app runs; puts what it makes on app.state."""


async def flush_last_seen(app: Starlette) -> None:
    while True:
        await asyncio.sleep(FLUSH_SEEN_S)
        await app.state.seen.flush(ground_in(app).database)
        await app.state.reports.flush(ground_in(app).database)
        await app.state.receipts.flush(ground_in(app).database)
        await app.state.scans.flush(ground_in(app).database)


async def run_deadlines(app: Starlette) -> None:
    await app.state.worker.run(ground_in(app).clock)


async def send_messages(app: Starlette) -> None:
    await app.state.sender.run()


@asynccontextmanager
async def open_worker(app: Starlette) -> AsyncIterator[None]:
    """Tests tick it by hand: `await app.state.worker.tick(now)`."""
    state = app.state
    others: dict[str, Handler] = {
        PHOTO_CHECK: fire_photo_check,
        REJUDGE: partial(fire_rejudge, **state.pushes.secrets._asdict()),
        COMES_BACK: fire_comes_back,
        GOES_AWAY: fire_goes_away,
        HOURS_CHANGED: fire_hours_changed,
        POOL_ROUND: fire_round,
        COLLISION: fire_collision,
        FOREIGN_CODE: fire_foreign_code,
        DIGEST: fire_digest,
        LEFT_BEHIND: fire_left_behind,
        REQUEST: fire_request,
    }
    worker = Worker(ground_in(app).database, state.entities, state.movement, others)
    app.state.worker = worker
    app.state.metrics.watch("shopbell_deadline_lag_seconds", lambda: worker.lag_ms / 1000)
    yield


@asynccontextmanager
async def open_notify(app: Starlette) -> AsyncIterator[None]:
    ground = ground_in(app)
    async with open_sender(ground.config, ground.database, ground.clock) as sender:
        app.state.sender = sender
        app.state.metrics.watch("shopbell_messages_dead", lambda: sender.dead)
        yield


@asynccontextmanager
async def open_names(app: Starlette) -> AsyncIterator[None]:
    await asyncio.to_thread(names.warm_up)
    yield


ROUTES: list[BaseRoute] = [
    *health.routes,
    *identity.routes,
    *stores.routes,
    *personal_codes.routes,
    *customers.routes,
    *known.routes,
    *consent_page.routes,
    *arrivals.routes,
    *notify.routes,
    *push_routes.routes,
    *acknowledge_routes.routes,
    *leads.routes,
    *boards.routes,
    *week.routes,
    *poster_figures.routes,
    *people.routes,
    *list_routes.routes,
    *wecom_routes.routes,
    *rules_routes.routes,
    *pool.routes,
    *photos.routes,
    *verifying.routes,
    *erasure_routes.routes,
    *request_routes.routes,
    *overdue_routes.routes,
    *audit_routes.routes,
    *finding.routes,
    *handing_out.routes,
    *my_routes.routes,
    *taking_along.routes,
    *exchange.routes,
]

# In this order: the later ones use what the earlier ones put on app.state.
OPENINGS: list[Opening] = [
    open_names,
    open_exchange,
    open_worker,
    open_notify,
    open_photos,
    open_erasures,
]

TASKS: list[Task] = [
    flush_last_seen,
    watch_heads,
    run_deadlines,
    send_messages,
    sweep_photos,
    purge_old,
    look_for_alikes,
    keep_special_days,
    keep_rounds,
    round_old,
]


def create_app(
    config: Config,
    clock: Clock = system_clock,
    *,
    database: Database | None = None,
    tasks: Sequence[Task] = TASKS,
) -> Starlette:
    """The application. Tests pass their `database`, and `tasks=()` to do by hand what these do."""
    metrics = Metrics()
    app = Starlette(
        routes=[*ROUTES, Route("/{path:path}", Pwa(config.app))],
        exception_handlers=HANDLERS,
        lifespan=lifespan,
        middleware=[
            Middleware(Journal, observe=metrics.observe),
            Middleware(Headers, https=config.https),
            Middleware(BodyLimits),
            Middleware(SameOrigin, origin=config.origin, cookie=COOKIE),
        ],
    )
    app.state.metrics = metrics
    app.state.tasks = tasks
    app.state.ground = Ground(config, database or open_database(config.database_url), clock)
    app.state.passwords = Passwords()
    app.state.attempts = Attempts()
    app.state.seen = LastSeen()
    app.state.reports = Reports()
    app.state.receipts = Receipts()
    app.state.scans = Scans()
    # Set when the process is told to stop: streams end, readiness is over.
    app.state.stopping = asyncio.Event()
    return app


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    database = ground_in(app).database
    async with AsyncExitStack() as stack:
        stack.push_async_callback(database.close)
        await migrate(database)
        stack.push_async_callback(app.state.seen.flush, database)
        stack.push_async_callback(app.state.reports.flush, database)
        stack.push_async_callback(app.state.receipts.flush, database)
        stack.push_async_callback(app.state.scans.flush, database)
        for opening in OPENINGS:
            await stack.enter_async_context(opening(app))
        await stack.enter_async_context(running(app))
        yield
        app.state.stopping.set()


@asynccontextmanager
async def running(app: Starlette) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(kept_running(task, app)) for task in app.state.tasks]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def kept_running(task: Task, app: Starlette) -> None:
    """A task that fails is logged and started again; it must not end the others or the app."""
    while True:
        try:
            await task(app)
        except Exception:
            log.exception("task failed", extra={"facts": {"task": task.__name__}})
        await asyncio.sleep(RESTART_PAUSE_S)
