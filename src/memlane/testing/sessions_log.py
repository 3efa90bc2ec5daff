"""Promises P1-P4 of session stores: what is appended is what is read, whole blocks, once, under opaque keys."""

import asyncio
from itertools import pairwise, product

import msgspec

from memlane.protocols.sessions import SessionState, SessionStore, StoredMessage
from memlane.testing.backends import SessionBackend
from memlane.testing.hostile import BODIES, IDS, PARTITIONS
from memlane.testing.probes import (
    CANCELLATIONS,
    HOUR,
    NOW,
    PLACE,
    TRIP,
    append,
    block,
    bodies,
    cancel_after,
    gather,
    message,
    names,
)
from memlane.types.ids import Partition, SessionKey


class ReadingPromises:
    """P1: read() returns exactly the bytes append() was given, in append order."""

    async def test_an_unknown_session_reads_as_the_defaults(self, backend: SessionBackend) -> None:
        store = await backend.open()
        assert await store.read(TRIP, now_ms=NOW) == SessionState()
        assert await store.read(TRIP, now_ms=NOW, last=5, before=3) == SessionState()

    async def test_messages_are_read_in_append_order_from_every_connection(self, backend: SessionBackend) -> None:
        store, other = await backend.open(), await backend.open()
        blocks = [block(f"b{number}", number + 1) for number in range(4)]
        for messages in blocks:
            await append(store, messages)
        expected = [body for messages in blocks for body in names(messages)]
        for reader in (store, other):
            state = await reader.read(TRIP, now_ms=NOW)
            assert state.exists
            assert state.count == len(expected)
            assert bodies(state) == expected

    async def test_any_bytes_are_kept_exactly(self, backend: SessionBackend) -> None:
        store = await backend.open()
        await append(store, [message(f"m{number}", body) for number, body in enumerate(BODIES)])
        assert bodies(await store.read(TRIP, now_ms=NOW)) == list(BODIES)

    async def test_positions_start_at_1_and_only_grow(self, backend: SessionBackend) -> None:
        store = await backend.open()
        first = await append(store, block("a", 3))
        second = await append(store, block("b", 2))
        positions = [appended.position for appended in (*first, *second)]
        assert positions[0] == 1
        assert all(earlier < later for earlier, later in pairwise(positions))
        assert all(appended.body is None for appended in (*first, *second))
        state = await store.read(TRIP, now_ms=NOW)
        assert [stored.position for stored in state.messages] == positions

    async def test_the_last_n_are_the_newest_and_stand_oldest_first(self, backend: SessionBackend) -> None:
        store = await backend.open()
        messages = block("m", 5)
        await append(store, messages)
        for last in (0, 1, 3, 5, 6, 1_000):
            state = await store.read(TRIP, now_ms=NOW, last=last)
            assert bodies(state) == names(messages[max(0, 5 - last) :])
            assert state.count == 5

    async def test_older_messages_are_paged_by_position(self, backend: SessionBackend) -> None:
        store = await backend.open()
        messages = block("m", 7)
        await append(store, messages)
        page = (await store.read(TRIP, now_ms=NOW, last=3)).messages
        seen: list[StoredMessage] = []
        while page:
            seen = [*page, *seen]
            assert len(seen) <= 7, "a page repeats what was read"
            state = await store.read(TRIP, now_ms=NOW, last=3, before=page[0].position)
            assert state.count == 7
            page = state.messages
        assert [stored.body for stored in seen] == names(messages)
        everything = await store.read(TRIP, now_ms=NOW, before=10_000)
        assert everything.messages == seen

    async def test_a_long_session_is_read_whole_and_in_part(self, backend: SessionBackend) -> None:
        store = await backend.open()
        messages = block("m", 1_200)
        for start in range(0, 1_200, 400):
            await append(store, messages[start : start + 400])
        assert bodies(await store.read(TRIP, now_ms=NOW)) == names(messages)
        assert bodies(await store.read(TRIP, now_ms=NOW, last=20)) == names(messages[-20:])

    async def test_a_read_tells_when_the_session_began_and_was_last_written_to(self, backend: SessionBackend) -> None:
        store = await backend.open()
        await append(store, block("a", 1))
        await append(store, block("b", 1), at=NOW + HOUR)
        state = await store.read(TRIP, now_ms=NOW + 2 * HOUR)
        assert (state.created_at_ms, state.updated_at_ms) == (NOW, NOW + HOUR)
        assert (state.ttl_ms, state.expires_at_ms) == (None, None)

    async def test_fields_are_set_replaced_and_removed_one_by_one(self, backend: SessionBackend) -> None:
        store = await backend.open()
        await store.write_fields(TRIP, {"instructions": b"brief", "summary": b"none"}, now_ms=NOW, default_ttl_ms=None)
        await append(store, block("m", 2))
        await store.write_fields(TRIP, {"summary": bytes(range(256)), "x": b""}, now_ms=NOW, default_ttl_ms=None)
        state = await store.read(TRIP, now_ms=NOW, last=0)
        assert state.fields == {"instructions": b"brief", "summary": bytes(range(256)), "x": b""}
        changes = {"instructions": None, "absent": None, "x": b"y"}
        await store.write_fields(TRIP, changes, now_ms=NOW, default_ttl_ms=None)
        state = await store.read(TRIP, now_ms=NOW)
        assert state.fields == {"summary": bytes(range(256)), "x": b"y"}
        assert state.count == 2

    async def test_a_field_of_1_mib_is_kept_and_begins_a_session(self, backend: SessionBackend) -> None:
        store = await backend.open()
        await store.write_fields(TRIP, {"summary": b"\xff\0" * 524_288}, now_ms=NOW, default_ttl_ms=None)
        state = await store.read(TRIP, now_ms=NOW)
        assert (state.exists, state.count, state.created_at_ms) == (True, 0, NOW)
        assert state.fields == {"summary": b"\xff\0" * 524_288}

    async def test_concurrent_writes_of_different_fields_all_stay(self, backend: SessionBackend) -> None:
        stores = [await backend.open() for _ in range(2)]
        written = {f"field{number}": b"%d" % number for number in range(20)}
        await gather(
            stores[number % 2].write_fields(TRIP, {name: body}, now_ms=NOW, default_ttl_ms=None)
            for number, (name, body) in enumerate(written.items())
        )
        assert (await stores[0].read(TRIP, now_ms=NOW)).fields == written

    async def test_what_is_given_and_returned_is_not_shared_with_the_caller(self, backend: SessionBackend) -> None:
        store = await backend.open()
        messages, fields = block("m", 2), {"summary": b"s"}
        await append(store, messages)
        await store.write_fields(TRIP, fields, now_ms=NOW, default_ttl_ms=None)
        messages.clear()
        fields["summary"] = b"changed"
        before = await store.read(TRIP, now_ms=NOW)
        kept = msgspec.structs.replace(before, messages=list(before.messages), fields=dict(before.fields))
        before.messages.clear()
        before.fields["summary"] = b"changed"
        assert await store.read(TRIP, now_ms=NOW) == kept
        assert kept.count == 2
        assert kept.fields == {"summary": b"s"}


class BlockPromises:
    """P2: one append() lands as one block and at once, whoever else writes and whenever it is cancelled."""

    async def test_twenty_concurrent_appenders_lose_and_reorder_nothing(self, backend: SessionBackend) -> None:
        stores = [await backend.open() for _ in range(4)]
        written = await gather(_append_blocks(stores[number % 4], f"w{number:02}") for number in range(20))
        state = await stores[0].read(TRIP, now_ms=NOW)
        assert state.count == len(state.messages) == 20 * 8 * 3
        assert all(one.position < next_.position for one, next_ in pairwise(state.messages))
        by_body = {stored.body: stored.position for stored in state.messages}
        assert by_body == {body: position for positions in written for body, position in positions.items()}
        for number in range(20):
            mine = [body for body in bodies(state) if body.startswith(b"w%02d" % number)]
            assert mine == sorted(mine), "what one appender said was reordered"

    async def test_concurrent_blocks_are_never_interleaved(self, backend: SessionBackend) -> None:
        stores = [await backend.open() for _ in range(4)]
        await gather(_append_blocks(stores[number % 4], f"w{number:02}") for number in range(20))
        said = bodies(await stores[0].read(TRIP, now_ms=NOW))
        for start in range(0, len(said), 3):
            name = said[start].rpartition(b"/")[0]
            assert said[start : start + 3] == [name + b"/0", name + b"/1", name + b"/2"]

    async def test_a_reader_never_sees_part_of_a_block(self, backend: SessionBackend) -> None:
        writer, reader = await backend.open(), await backend.open()
        seen: set[int] = set()
        done = asyncio.Event()

        async def read_along() -> None:
            while not done.is_set():
                state = await reader.read(TRIP, now_ms=NOW)
                assert len(state.messages) == state.count
                seen.add(state.count)
                await asyncio.sleep(0)

        async def write() -> None:
            for number in range(12):
                await append(writer, block(f"b{number}", 5))
            done.set()

        await gather([read_along(), write()])
        assert all(count % 5 == 0 for count in seen)
        assert (await reader.read(TRIP, now_ms=NOW)).count == 60

    async def test_a_cancelled_append_is_wholly_there_or_not_at_all(self, backend: SessionBackend) -> None:
        store, other = await backend.open(), await backend.open()
        blocks = [block(f"c{number:02}", 3) for number in range(len(CANCELLATIONS))]
        for messages, (turns, seconds) in zip(blocks, CANCELLATIONS, strict=True):
            await cancel_after(append(store, messages), turns=turns, seconds=seconds)
            said = bodies(await other.read(TRIP, now_ms=NOW, last=3))
            assert len(set(said) & set(names(messages))) in (0, 3)
        for messages in blocks:
            await append(store, messages)
        said = bodies(await other.read(TRIP, now_ms=NOW))
        assert sorted(said) == sorted(body for messages in blocks for body in names(messages))
        starts = {said.index(messages[0].body): messages for messages in blocks}
        assert all(said[start : start + 3] == names(messages) for start, messages in starts.items())

    async def test_a_store_goes_on_after_a_hundred_cancelled_calls(self, backend: SessionBackend) -> None:
        store = await backend.open()
        await append(store, block("m", 3))
        for number in range(100):
            await cancel_after(store.read(TRIP, now_ms=NOW), turns=number % 10, seconds=0)
        states = await gather(store.read(TRIP, now_ms=NOW, last=number % 4) for number in range(40))
        assert [len(state.messages) for state in states] == [number % 4 for number in range(40)]


class OncePromises:
    """P3: appending a message id again adds nothing and returns where it stands and what is stored."""

    async def test_appending_again_adds_nothing_and_says_where_it_stands(self, backend: SessionBackend) -> None:
        store, other = await backend.open(), await backend.open()
        messages = block("m", 3)
        first = await append(store, messages)
        again = await append(other, messages)
        assert [appended.position for appended in again] == [appended.position for appended in first]
        assert [appended.body for appended in again] == names(messages)
        assert bodies(await store.read(TRIP, now_ms=NOW)) == names(messages)

    async def test_the_same_id_with_another_body_changes_nothing(self, backend: SessionBackend) -> None:
        store = await backend.open()
        first = await append(store, [message("m", b"first")])
        again = await append(store, [message("m", b"second")])
        assert (again[0].position, again[0].body) == (first[0].position, b"first")
        state = await store.read(TRIP, now_ms=NOW)
        assert (state.count, bodies(state)) == (1, [b"first"])

    async def test_an_empty_stored_body_is_not_taken_for_absent(self, backend: SessionBackend) -> None:
        store = await backend.open()
        await append(store, [message("m", b"")])
        again = await append(store, [message("m", b"second")])
        assert again[0].body == b""
        assert bodies(await store.read(TRIP, now_ms=NOW)) == [b""]

    async def test_of_a_mixed_block_only_what_is_new_is_added(self, backend: SessionBackend) -> None:
        store = await backend.open()
        old = await append(store, block("old", 2))
        mixed = [message("new/0"), message("old/1", b"other"), message("new/1"), message("old/0")]
        result = await append(store, mixed)
        assert [result[1].position, result[3].position] == [old[1].position, old[0].position]
        assert [appended.body for appended in result] == [None, b"old/1", None, b"old/0"]
        state = await store.read(TRIP, now_ms=NOW)
        assert bodies(state) == [b"old/0", b"old/1", b"new/0", b"new/1"]
        assert [result[0].position, result[2].position] == [stored.position for stored in state.messages[2:]]

    async def test_of_the_same_id_twice_in_a_block_the_first_stays(self, backend: SessionBackend) -> None:
        store = await backend.open()
        result = await append(store, [message("m", b"first"), message("n"), message("m", b"second")])
        assert (result[0].body, result[2].body) == (None, b"first")
        assert result[0].position == result[2].position
        assert bodies(await store.read(TRIP, now_ms=NOW)) == [b"first", b"n"]

    async def test_twenty_concurrent_retries_add_a_block_once(self, backend: SessionBackend) -> None:
        stores = [await backend.open() for _ in range(4)]
        results = await gather(append(stores[number % 4], block("m", 3)) for number in range(20))
        state = await stores[0].read(TRIP, now_ms=NOW)
        assert bodies(state) == names(block("m", 3))
        positions = [stored.position for stored in state.messages]
        assert all([appended.position for appended in result] == positions for result in results)
        assert [result[0].body for result in results].count(None) == 1

    async def test_the_same_id_in_two_sessions_is_two_messages(self, backend: SessionBackend) -> None:
        store = await backend.open()
        other = SessionKey(PLACE, "other")
        await append(store, [message("m", b"one")])
        result = await append(store, [message("m", b"two")], key=other)
        assert result[0].body is None
        assert bodies(await store.read(TRIP, now_ms=NOW)) == [b"one"]
        assert bodies(await store.read(other, now_ms=NOW)) == [b"two"]

    async def test_an_id_is_free_again_once_the_session_was_deleted(self, backend: SessionBackend) -> None:
        store = await backend.open()
        await append(store, [message("m", b"one")])
        await store.delete(TRIP)
        result = await append(store, [message("m", b"two")])
        assert result[0].body is None
        assert bodies(await store.read(TRIP, now_ms=NOW)) == [b"two"]


class OpaquePromises:
    """P4: ids are opaque: any valid id, never a pattern; distinct keys never meet."""

    async def test_every_session_id_is_a_session_of_its_own(self, backend: SessionBackend) -> None:
        await _check_apart(await backend.open(), [SessionKey(PLACE, id_) for id_ in IDS])

    async def test_every_user_id_is_a_user_of_its_own(self, backend: SessionBackend) -> None:
        await _check_apart(await backend.open(), [SessionKey(Partition("acme", id_), "trip") for id_ in IDS])

    async def test_every_tenant_id_is_a_tenant_of_its_own(self, backend: SessionBackend) -> None:
        await _check_apart(await backend.open(), [SessionKey(Partition(id_, "luke"), "trip") for id_ in IDS])

    async def test_partitions_and_sessions_that_look_alike_never_meet(self, backend: SessionBackend) -> None:
        keys = [SessionKey(partition, id_) for partition, id_ in product(PARTITIONS, ("a", "b", "c", "a:b", "b/c"))]
        await _check_apart(await backend.open(), keys)

    async def test_every_message_id_is_a_message_of_its_own(self, backend: SessionBackend) -> None:
        store = await backend.open()
        result = await append(store, [message(id_) for id_ in IDS])
        assert all(appended.body is None for appended in result)
        again = await append(store, [message(id_, b"other") for id_ in IDS])
        assert [appended.body for appended in again] == [id_.encode() for id_ in IDS]
        assert bodies(await store.read(TRIP, now_ms=NOW)) == [id_.encode() for id_ in IDS]

    async def test_deleting_a_session_leaves_those_that_look_like_it(self, backend: SessionBackend) -> None:
        store = await backend.open()
        keys = [SessionKey(PLACE, id_) for id_ in IDS]
        for key in keys:
            await append(store, [message("m")], key=key)
        for key in keys[::2]:
            assert await store.delete(key) == 1
        listed = await store.sessions(PLACE, now_ms=NOW)
        assert {listing.session for listing in listed} == {key.session for key in keys[1::2]}
        states = await gather(store.read(key, now_ms=NOW) for key in keys)
        assert [state.count for state in states] == [number % 2 for number in range(len(keys))]

    async def test_erasing_a_partition_leaves_those_that_look_like_it(self, backend: SessionBackend) -> None:
        store = await backend.open()
        for partition in PARTITIONS:
            await append(store, [message("m")], key=SessionKey(partition, "c"))
        for number, partition in enumerate(PARTITIONS, 1):
            assert (await store.erase(partition))["messages"] == 1
            states = await gather(store.read(SessionKey(other, "c"), now_ms=NOW) for other in PARTITIONS)
            assert [state.count for state in states] == [0] * number + [1] * (len(PARTITIONS) - number)


async def _append_blocks(store: SessionStore, name: str) -> dict[bytes, int]:
    """Append 8 blocks of 3 and return the position of each body as append() told it."""
    told: dict[bytes, int] = {}
    for number in range(8):
        messages = block(f"{name}-{number}", 3)
        result = await append(store, messages)
        told |= {new.body: appended.position for new, appended in zip(messages, result, strict=True)}
    return told


async def _check_apart(store: SessionStore, keys: list[SessionKey]) -> None:
    """Check that each key keeps its own message and field, under the same message id."""
    for number, key in enumerate(keys):
        result = await append(store, [message("m", b"%d" % number)], key=key)
        assert result[0].body is None, f"{key!r} met another session"
        await store.write_fields(key, {"summary": b"s%d" % number}, now_ms=NOW, default_ttl_ms=None)
    for number, key in enumerate(keys):
        state = await store.read(key, now_ms=NOW)
        assert (bodies(state), state.fields) == ([b"%d" % number], {"summary": b"s%d" % number})
    for partition in {key.partition for key in keys}:
        listed = await store.sessions(partition, now_ms=NOW)
        expected = sorted(key.session for key in keys if key.partition == partition)
        assert sorted(listing.session for listing in listed) == expected
        assert all(listing.count == 1 for listing in listed)
