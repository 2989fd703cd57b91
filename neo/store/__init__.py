"""Storage: the only importer of sqlmodel. Tables, transactions with named queries, files, migrations."""

from neo.store.store import Store, Transaction

__all__ = ["Store", "Transaction"]
