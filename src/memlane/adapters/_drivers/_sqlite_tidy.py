"""Takes the traces of removed content out of the file.

`secure_delete` overwrites what is deleted, but not the copies that SQLite leaves in the unused middle of a page when
it spread that page's rows over its neighbours. Only rewriting the file (VACUUM) removes those, and only a truncated
write-ahead log holds no older pages. Both are best effort: whoever is in the way only delays them.
"""

import sqlite3

MIB = 1 << 20
NOTHING = 0
AFTER_DELETE = 16 * MIB
AFTER_ERASE = 256 * MIB
AT_SWEEP = 1024 * MIB
WHEN_QUIET = 64 * MIB

_PATIENCE_MS = 50


def tidy(connection: sqlite3.Connection, *, rewrite_up_to_bytes: int) -> bool:
    """Rewrite a file of at most that size if content was removed from it, and empty its log.

    Returns:
        Whether nobody was in the way; else it should be tried again.
    """
    connection.execute(f"PRAGMA busy_timeout = {_PATIENCE_MS}")
    try:
        removals = _removals(connection)
        if removals and _size_bytes(connection) <= rewrite_up_to_bytes:
            connection.execute("VACUUM")
            # Counted, not cleared: another process may have removed something since.
            connection.execute("UPDATE housekeeping SET removals = removals - ?", (removals,))
        busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.Error:
        return False
    else:
        return not busy
    finally:
        connection.execute("PRAGMA busy_timeout = 0")


def _removals(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT removals FROM housekeeping").fetchone()[0])


def _size_bytes(connection: sqlite3.Connection) -> int:
    pages, page_bytes = connection.execute(
        "SELECT page_count, page_size FROM pragma_page_count, pragma_page_size"
    ).fetchone()
    return int(pages) * int(page_bytes)
