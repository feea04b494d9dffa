"""Everything identity answers over HTTP."""

from server.identity import device_routes, session_routes

routes = [*session_routes.routes, *device_routes.routes]
