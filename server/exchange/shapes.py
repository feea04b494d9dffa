"""GET /sync/schema: what every entity is made of, for clients that know none of our code."""

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from sync import SCHEMA, Entities, Entity


async def show_shapes(request: Request) -> Response:
    body = msgspec.json.encode(describe_all(request.app.state.entities), order="sorted")
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"etag": tag, "cache-control": "public, no-cache"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def describe_all(entities: Entities) -> dict[str, Any]:
    """`entities` by name; `types` are what their fields' `$ref`s point at (JSON Schema 2020-12)."""
    shapes = [entity.shape for entity in entities.values() if entity.shape is not None]
    schemas, types = msgspec.json.schema_components(shapes, ref_template="#/types/{name}")
    names = [entity.name for entity in entities.values() if entity.shape is not None]
    fields = dict(zip(names, schemas, strict=True))
    told = {name: describe(entity, fields) for name, entity in entities.items()}
    return {"schema": SCHEMA, "entities": told, "types": types}


def describe(entity: Entity, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Server entities have no `fields`: phones only receive them."""
    told: dict[str, Any] = {"kind": entity.kind}
    if entity.shape is None:
        return told
    told |= {
        "claim": entity.claim,
        "create_roles": sorted(entity.create_roles),
        "parent": list(entity.parent),
        "references": list(entity.references),
        "fields": fields[entity.name],
    }
    if entity.kind == "profile":
        told["patch_roles"] = sorted(entity.patch_roles)
        told["policies"] = dict(entity.policies)
    if entity.correctable is not None:
        told["correctable"] = sorted(entity.correctable)
    return told
