"""Tables of the slice. None is synced: the photo's row is, and it holds no bytes (law 34)."""

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Text

from server.db.metadata import named_index, org_table

uploads = org_table(
    "uploads",
    Column("id", Text, nullable=False),
    Column("photo_id", Text, nullable=False),  # or the recording's
    Column("device_id", Text, nullable=False),
    Column("staff_id", Text),
    Column("length", Integer, nullable=False),
    Column("offset", Integer, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("metadata", Text, nullable=False),
    Column("state", Text, nullable=False),  # open, stored, refused
    Column("reason", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("kind", Text, nullable=False, server_default="photo"),  # photo, recording
)
named_index(uploads, "org_id", "device_id", "state")

# What bytes turned out to be, once they had all arrived. The claimed hash is in the key, so bytes
# that somebody sends under another's photo id never stand in the way of the right ones.
photo_blobs = org_table(
    "photo_blobs",
    Column("photo_id", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("full_sha256", Text),
    Column("small_sha256", Text),
    Column("width", Integer),
    Column("height", Integer),
    Column("bytes", Integer, nullable=False),
    Column("reason", Text),  # why the bytes are no picture; else NULL
    Column("stored_at", BigInteger, nullable=False),
    Column("look", Text),  # 64 bits in hex, alike for pictures that look alike
    pk=("photo_id", "sha256"),
)

# Seven slices of each look: of two that differ in at most six bits, one slice is the same. And of
# the hash of each file, here as a look, the beginning.
photo_looks = org_table(
    "photo_looks",
    Column("slice", Integer, nullable=False),
    Column("photo_id", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("look", Text, nullable=False),
    pk=("slice", "photo_id", "sha256"),
)
named_index(photo_looks, "org_id", "photo_id")  # what is to be forgotten is found by its id

# The marked size, once somebody has asked for it. `said` is a hash of all that it shows.
photo_marks = org_table(
    "photo_marks",
    Column("photo_id", Text, nullable=False),
    Column("said", Text, nullable=False),
    Column("marked_sha256", Text, nullable=False),
    pk=("photo_id",),
)

# As photo_blobs, of recordings.
recording_blobs = org_table(
    "recording_blobs",
    Column("recording_id", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("kept_sha256", Text),
    Column("media_type", Text),
    Column("duration_ms", Integer),
    Column("bytes", Integer, nullable=False),
    Column("reason", Text),
    Column("stored_at", BigInteger, nullable=False),
    pk=("recording_id", "sha256"),
)

# Files whose rows were erased, until the janitor has removed them. `kind`: blob, staged.
doomed_files = org_table(
    "doomed_files",
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    pk=("kind", "name"),
)

photo_thumbs = org_table(
    "photo_thumbs",
    Column("photo_id", Text, nullable=False),
    Column("jpeg", LargeBinary, nullable=False),
    pk=("photo_id",),
    rowid=True,
)
