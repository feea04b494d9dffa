"""Every kind of row there is, by name."""

from server.collisions.entities import entities as collisions
from server.customers.entities import entities as customers
from server.duplicates.entities import entities as duplicates
from server.exchange.corrections import entities as corrections
from server.exchange.kept import entities as kept
from server.followups.entities import entities as followups
from server.leads.entities import entities as leads
from server.photos.entities import entities as photos
from server.pool.claims import entities as pool
from server.privacy.entities import entities as privacy
from server.stores.entities import entities as stores
from server.visits.entities import entities as visits
from sync import Entity

_SLICES = (
    *(stores, customers, leads, followups, visits, photos),
    *(pool, collisions, duplicates, kept, corrections, privacy),
)

ENTITIES: dict[str, Entity] = {entity.name: entity for slice in _SLICES for entity in slice}
