"""Everything synced is a row: how rows are loaded, published and found."""

from server.rows.load import (
    find_row,
    is_erased,
    load,
    load_scope,
    load_tree,
    lock_head,
    make_row,
    open_ledger,
    read_row,
)
from server.rows.movement import Movement
from server.rows.organisations import in_each_organisation, keep_looking, list_organisations
from server.rows.publish import (
    Published,
    begin_new_life,
    found_organisation,
    publish,
    read_digests,
)

__all__ = [
    "Movement",
    "Published",
    "begin_new_life",
    "find_row",
    "found_organisation",
    "in_each_organisation",
    "is_erased",
    "keep_looking",
    "list_organisations",
    "load",
    "load_scope",
    "load_tree",
    "lock_head",
    "make_row",
    "open_ledger",
    "publish",
    "read_digests",
    "read_row",
]
