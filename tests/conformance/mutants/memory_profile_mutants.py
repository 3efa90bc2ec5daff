"""Memory stores whose conditional profile updates (M12) are wrong, named for what they do; the suite fails on each."""

import asyncio
from collections.abc import Mapping
from typing import Any

from memlane.protocols.memories import Profile
from memlane.testing.fake_memories import InMemoryMemoryStore
from memlane.types.ids import Partition

_Seen = Mapping[str, bytes] | None


class _Compares(InMemoryMemoryStore):
    def agrees(self, known: Mapping[str, bytes], was: Mapping[str, bytes]) -> bool:
        return known == was

    async def update_profile(
        self, partition: Partition, values: Mapping[str, bytes], *, was: _Seen = None, **how: Any
    ) -> bool:
        known = (await self.profile(partition, now_ms=how["now_ms"])).values
        if was is not None and not self.agrees(known, was):
            return False
        return await super().update_profile(partition, values, **how)


class NeverCompares(_Compares):
    """M12."""

    def agrees(self, known: Mapping[str, bytes], was: Mapping[str, bytes]) -> bool:
        return True


class ComparesKeysOnly(_Compares):
    """M12."""

    def agrees(self, known: Mapping[str, bytes], was: Mapping[str, bytes]) -> bool:
        return known.keys() == was.keys()


class ComparesOnlyWhatIsNamed(_Compares):
    """M12: another's new key goes unseen."""

    def agrees(self, known: Mapping[str, bytes], was: Mapping[str, bytes]) -> bool:
        return all(known.get(key) == value for key, value in was.items())


class ComparesHowMany(_Compares):
    """M12."""

    def agrees(self, known: Mapping[str, bytes], was: Mapping[str, bytes]) -> bool:
        return len(known) == len(was)


class FoldsWhatItCompares(_Compares):
    """M12."""

    def agrees(self, known: Mapping[str, bytes], was: Mapping[str, bytes]) -> bool:
        return {key: value.lower() for key, value in known.items()} == {k: value.lower() for k, value in was.items()}


class TakesNoneForAnything(_Compares):
    """M12: no values are taken for no condition."""

    def agrees(self, known: Mapping[str, bytes], was: Mapping[str, bytes]) -> bool:
        return not was or known == was


class ComparesFirstAndWritesLater(InMemoryMemoryStore):
    """M12."""

    async def update_profile(
        self, partition: Partition, values: Mapping[str, bytes], *, was: _Seen = None, **how: Any
    ) -> bool:
        known = (await self.profile(partition, now_ms=how["now_ms"])).values
        await asyncio.sleep(0)
        return (was is None or known == was) and await super().update_profile(partition, values, **how)


class ComparesWhatHasExpired(InMemoryMemoryStore):
    """M12."""

    async def update_profile(
        self, partition: Partition, values: Mapping[str, bytes], *, was: _Seen = None, **how: Any
    ) -> bool:
        if was is not None and self._shelf.peek(partition).profile.values != was:
            return False
        return await super().update_profile(partition, values, **how)


class RenewsWhatItLeaves(InMemoryMemoryStore):
    """M12: a change that was refused lets the time to live start anew."""

    async def update_profile(
        self, partition: Partition, values: Mapping[str, bytes], *, was: _Seen = None, **how: Any
    ) -> bool:
        if await super().update_profile(partition, values, was=was, **how):
            return True
        part = self._shelf.part(partition)
        part.profile = Profile(part.profile.values)
        return False


class SaysItWasSetThoughItWasNot(InMemoryMemoryStore):
    """M12."""

    async def update_profile(self, partition: Partition, values: Mapping[str, bytes], **how: Any) -> bool:
        await super().update_profile(partition, values, **how)
        return True


class MergesWhatItShouldReplace(InMemoryMemoryStore):
    """M12."""

    async def update_profile(
        self, partition: Partition, values: Mapping[str, bytes], *, was: _Seen = None, **how: Any
    ) -> bool:
        asked = how if was is None else {**how, "replace": False}
        return await super().update_profile(partition, values, was=was, **asked)


MUTANTS: tuple[type[InMemoryMemoryStore], ...] = tuple(
    value
    for name, value in dict(globals()).items()
    if isinstance(value, type) and value.__module__ == __name__ and not name.startswith("_")
)
