"""Headers that tell the browser what our pages may do."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

# 'wasm-unsafe-eval' is for the barcode reader; inline styles are Svelte's style attributes.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "style-src 'self'",
        "style-src-attr 'unsafe-inline'",
        "img-src 'self' blob: data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "media-src 'self' blob:",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
PERMISSIONS = "camera=(self), geolocation=(self), microphone=(self)"
ALWAYS = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"permissions-policy", PERMISSIONS.encode()),
    (b"referrer-policy", b"same-origin"),
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
HTTPS_ONLY = ((b"strict-transport-security", b"max-age=31536000"),)


class Headers:
    """Adds what the route did not set itself. Answers are not stored unless a route says so."""

    def __init__(self, app: ASGIApp, https: bool) -> None:
        self.app = app
        self.added = ALWAYS + ((b"cache-control", b"no-store"),) + (HTTPS_ONLY if https else ())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", []))
                set_already = {name.lower() for name, _ in headers}
                headers += [pair for pair in self.added if pair[0] not in set_already]
                message["headers"] = headers
            await send(message)

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)
