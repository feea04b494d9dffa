"""The doors of the protocol."""

from starlette.routing import Route

from server.exchange.recall import tell_known
from server.exchange.receive import push
from server.exchange.send import events, pull, verify
from server.exchange.shapes import show_shapes

routes = [
    Route("/sync/push", push, methods=["POST"]),
    Route("/sync/pull", pull, methods=["POST"]),
    Route("/sync/verify", verify, methods=["POST"]),
    Route("/sync/known", tell_known, methods=["POST"]),
    Route("/sync/events", events, methods=["GET"]),
    Route("/sync/schema", show_shapes, methods=["GET"]),
]
