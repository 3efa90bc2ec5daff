"""The tables of a Memlane file, and whether a file is one.

Owns the schema and its version; changing a table means a new `SCHEMA_VERSION` and a step that brings old files to
it. Two keys are composed so that what is read together lies together and the trees stay shallow:
`messages.place` is the session's number times `POSITIONS` plus the position, `vectors.place` the memory's number
times `EMBEDDERS` plus the embedder's. Ids of messages are indexed before their session: those made by Memlane ascend
with time, so that what many sessions append at once lands on one page.

`marks` has a row for each session that is due, `work` one for each partition that has any or is leased: when it may be
claimed, of a leased one when the lease ends, and nothing when all that is left of it was set aside.

`usage_steps` has a row for each step of time, `step` minutes long, in which something was used in a series: of a tenant
(user and session empty), of a user (session empty) or of a session.
"""

import sqlite3

from memlane.errors import SettingError, StoreVersionError

APPLICATION_ID = 0x4D6C616E  # "Mlan"
SCHEMA_VERSION = 4
POSITIONS = 1 << 32
EMBEDDERS = 1 << 16

_WORK = """
CREATE TABLE work (
    partition_id INTEGER PRIMARY KEY REFERENCES partitions (id),
    ready_at_ms INTEGER,
    lease TEXT,
    has_news INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX work_by_time ON work (ready_at_ms) WHERE ready_at_ms IS NOT NULL;

CREATE TABLE marks (
    partition_id INTEGER NOT NULL REFERENCES work (partition_id),
    session_id INTEGER NOT NULL,
    since_ms INTEGER NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    set_aside INTEGER NOT NULL DEFAULT 0,
    error TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (partition_id, session_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE spent (
    tenant TEXT NOT NULL,
    day TEXT NOT NULL,
    amount INTEGER NOT NULL,
    until_ms INTEGER NOT NULL,
    PRIMARY KEY (tenant, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX spent_by_time ON spent (until_ms);
"""

_RECORDS = """
CREATE TABLE records (
    collection TEXT NOT NULL,
    record TEXT NOT NULL,
    expires_at_ms INTEGER,
    body BLOB NOT NULL,
    PRIMARY KEY (collection, record)
) STRICT, WITHOUT ROWID;
CREATE INDEX records_by_expiry ON records (expires_at_ms) WHERE expires_at_ms IS NOT NULL;

CREATE TABLE counts (
    collection TEXT NOT NULL,
    record TEXT NOT NULL,
    taken INTEGER NOT NULL,
    until_ms INTEGER NOT NULL,
    PRIMARY KEY (collection, record)
) STRICT, WITHOUT ROWID;
CREATE INDEX counts_by_time ON counts (until_ms);

CREATE TABLE usage_series (
    id INTEGER PRIMARY KEY,
    tenant TEXT NOT NULL,
    user TEXT NOT NULL,
    session TEXT NOT NULL,
    seen_ms INTEGER NOT NULL,
    UNIQUE (tenant, user, session)
) STRICT;
CREATE INDEX usage_users ON usage_series (tenant, user) WHERE session = '';

CREATE TABLE usage_steps (
    series_id INTEGER NOT NULL REFERENCES usage_series (id),
    step INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    messages INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cached_tokens INTEGER NOT NULL,
    recalls INTEGER NOT NULL,
    hits INTEGER NOT NULL,
    PRIMARY KEY (series_id, step, at_ms)
) STRICT, WITHOUT ROWID;
CREATE INDEX usage_steps_by_time ON usage_steps (step, at_ms);
"""

_TABLES = """
CREATE TABLE partitions (
    id INTEGER PRIMARY KEY,
    tenant TEXT NOT NULL,
    user TEXT NOT NULL,
    UNIQUE (tenant, user)
) STRICT;

CREATE TABLE sessions (
    id INTEGER PRIMARY KEY,
    partition_id INTEGER NOT NULL REFERENCES partitions (id),
    session TEXT NOT NULL,
    next_position INTEGER NOT NULL,
    stored INTEGER NOT NULL,
    created_at_ms INTEGER NOT NULL,
    updated_at_ms INTEGER NOT NULL,
    ttl_ms INTEGER,
    expires_at_ms INTEGER,
    UNIQUE (partition_id, session)
) STRICT;
CREATE INDEX sessions_by_expiry ON sessions (expires_at_ms) WHERE expires_at_ms IS NOT NULL;

CREATE TABLE session_fields (
    session_id INTEGER NOT NULL REFERENCES sessions (id),
    name TEXT NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (session_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE messages (
    place INTEGER PRIMARY KEY,
    session_id INTEGER NOT NULL REFERENCES sessions (id),
    message TEXT NOT NULL,
    expires_at_ms INTEGER,
    body BLOB NOT NULL,
    UNIQUE (message, session_id)
) STRICT;
CREATE INDEX messages_by_expiry ON messages (session_id, expires_at_ms) WHERE expires_at_ms IS NOT NULL;

CREATE TABLE outbox (
    seq INTEGER PRIMARY KEY,
    partition_id INTEGER NOT NULL REFERENCES partitions (id),
    memory TEXT NOT NULL,
    expires_at_ms INTEGER,
    body BLOB NOT NULL,
    UNIQUE (partition_id, memory)
) STRICT;
CREATE INDEX outbox_by_partition ON outbox (partition_id);

CREATE TABLE memory_logs (
    partition_id INTEGER PRIMARY KEY REFERENCES partitions (id),
    epoch TEXT NOT NULL,
    floor INTEGER NOT NULL
) STRICT;

CREATE TABLE memories (
    num INTEGER PRIMARY KEY,
    partition_id INTEGER NOT NULL REFERENCES memory_logs (partition_id),
    memory TEXT NOT NULL,
    version INTEGER NOT NULL,
    expires_at_ms INTEGER,
    body BLOB NOT NULL,
    UNIQUE (partition_id, memory),
    UNIQUE (partition_id, version)
) STRICT;
CREATE INDEX memories_by_expiry ON memories (partition_id, expires_at_ms) WHERE expires_at_ms IS NOT NULL;

CREATE TABLE tombstones (
    partition_id INTEGER NOT NULL REFERENCES memory_logs (partition_id),
    memory TEXT NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (partition_id, memory),
    UNIQUE (partition_id, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE embedders (
    number INTEGER PRIMARY KEY CHECK (number < 65536),
    name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE vectors (
    place INTEGER PRIMARY KEY,
    data BLOB NOT NULL
) STRICT;

CREATE TABLE profiles (
    partition_id INTEGER NOT NULL REFERENCES partitions (id),
    key TEXT NOT NULL,
    expires_at_ms INTEGER,
    body BLOB NOT NULL,
    PRIMARY KEY (partition_id, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX profiles_by_expiry ON profiles (expires_at_ms) WHERE expires_at_ms IS NOT NULL;

CREATE TABLE housekeeping (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    removals INTEGER NOT NULL
) STRICT;
INSERT INTO housekeeping (one, removals) VALUES (1, 0);
"""

_TO_2 = """
ALTER TABLE memory_logs DROP COLUMN version;
ALTER TABLE messages RENAME TO messages_1;
DROP INDEX messages_by_expiry;
CREATE TABLE messages (
    place INTEGER PRIMARY KEY,
    session_id INTEGER NOT NULL REFERENCES sessions (id),
    message TEXT NOT NULL,
    expires_at_ms INTEGER,
    body BLOB NOT NULL,
    UNIQUE (message, session_id)
) STRICT;
INSERT INTO messages SELECT * FROM messages_1 ORDER BY place;
DROP TABLE messages_1;
CREATE INDEX messages_by_expiry ON messages (session_id, expires_at_ms) WHERE expires_at_ms IS NOT NULL;
"""

_TO_3 = """
INSERT INTO work (partition_id, ready_at_ms)
    SELECT partition_id, min(updated_at_ms) FROM sessions WHERE next_position > 1 GROUP BY partition_id;
INSERT INTO marks (partition_id, session_id, since_ms)
    SELECT partition_id, id, updated_at_ms FROM sessions WHERE next_position > 1;
"""
_STEPS = {2: _TO_2, 3: _WORK + _TO_3, 4: _RECORDS}
"""What brings a file of the version before to each version."""


def is_ready(connection: sqlite3.Connection, name: str) -> bool:
    """Return whether the database called `name` has the current tables, False when it is empty or older.

    Raises:
        SettingError: it belongs to another application.
        StoreVersionError: it was written by a newer Memlane.
    """
    return _version(connection, name) == SCHEMA_VERSION


def create(connection: sqlite3.Connection, name: str) -> None:
    """Bring the tables to the current version in one transaction, unless another process did; errors as `is_ready`."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        _bring_up(connection, _version(connection, name))
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def mark_removal(connection: sqlite3.Connection) -> None:
    """Note that content was removed, so that the file is rewritten without its traces in time."""
    connection.execute("UPDATE housekeeping SET removals = removals + 1")


def _version(connection: sqlite3.Connection, name: str) -> int:
    """Return the version of a database's tables, 0 when it is empty; errors as `is_ready`."""
    application, version, objects = connection.execute(
        "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema)"
        " FROM pragma_application_id, pragma_user_version"
    ).fetchone()
    if not (application or version or objects):
        return 0
    if application != APPLICATION_ID:
        raise SettingError(f"{name} is a database of another application; it was left as it is")
    if version > SCHEMA_VERSION:
        raise StoreVersionError(
            f"{name} was written by a newer Memlane: its schema is version {version}, this one reads {SCHEMA_VERSION}"
        )
    return int(version)


def _bring_up(connection: sqlite3.Connection, version: int) -> None:
    if version == SCHEMA_VERSION:
        return
    if version == 0:
        _run(connection, _TABLES + _WORK + _RECORDS)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    else:
        for step in range(version + 1, SCHEMA_VERSION + 1):
            _run(connection, _STEPS[step])
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _run(connection: sqlite3.Connection, statements: str) -> None:
    """Run statements one by one: `executescript` would commit the transaction."""
    for statement in statements.split(";\n"):
        connection.execute(statement)
