"""The sync protocol over the database: push, pull, pokes and verification."""
