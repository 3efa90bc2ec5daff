"""What memories are about, gathered once, without a model: people, places, topics and facts, each with its sources."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from math import log, sqrt
from typing import Final

from memlane.types.memory import Memory
from memlane.types.visible import one_line
from memlane.web.views.graph_records import FACT, YOU, Material, Thing, Tie, Use
from memlane.web.views.names import PERSON, PLACE, TOPIC, Names, read
from memlane.web.views.spoken import Spoken, spoken
from memlane.web.views.topics import terms_of, topics

_USER: Final = "user"
_OWN_NAMES: Final = frozenset({"name", "nickname"})
_PEOPLE: Final = frozenset({"partner", "family", "pet"})
_PLACES: Final = frozenset({"home", "hometown", "birthplace", "employer"})
_LONGEST_LABEL: Final = 40
_MANY_TEXTS: Final = 100
_PINNED: Final = 2.0
_ENDED: Final = 0.5
_RANK: Final = {YOU: 0, PERSON: 1, PLACE: 2, FACT: 3, TOPIC: 4}


def gather(facts: Sequence[Memory], messages: Sequence[Memory], *, user: str) -> Material:
    """Return what memories are about.

    Args:
        facts: Facts and preferences, those that ended too.
        messages: Messages; what people said is read, what models and tools said is not.
        user: What the user's node is called.
    """
    said = sorted((one for one in messages if one.role == _USER), key=_by_time)
    own = (fact.value for fact in facts if fact.attribute in _OWN_NAMES and fact.subject == _USER)
    known = _Known(user, filter(None, own))
    for fact in sorted(facts, key=_by_time):
        _add_fact(known, fact)
    texts = [spoken(one.text) for one in said]
    _add_names(known, said, texts)
    _add_topics(known, said, texts)
    return Material(known.things(), len(said))


class _Draft:
    """A thing while it is gathered."""

    def __init__(self, kind: str, label: str) -> None:
        self.kind, self.label, self.weight = kind, label, 0.0
        self.uses: dict[str, Use] = {}
        self.facts: set[str] = set()
        self.ties: list[Tie] = []

    def use(self, uses: Iterable[Use]) -> None:
        self.uses.update((one.memory, one) for one in uses)


class _Known:
    """Things by what they are called: what is called the same is the same thing, of its most telling kind."""

    def __init__(self, user: str, called: Iterable[str]) -> None:
        self._user = user
        self._own = {_key(name) for name in (user, *called)}
        self._drafts: dict[str, _Draft] = {}

    def names(self, kind: str) -> list[str]:
        """Return what the things of a kind are called."""
        return [draft.label for draft in self._drafts.values() if draft.kind == kind]

    def has(self, label: str) -> bool:
        """Return whether something is called so."""
        return _key(label) in self._drafts

    def you(self) -> tuple[str, _Draft]:
        """Return the user's own."""
        return YOU, self._drafts.setdefault(YOU, _Draft(YOU, self._user))

    def get(self, kind: str, label: str) -> tuple[str, _Draft]:
        """Return a thing by its name, made when there is none; and its key."""
        if (key := _key(label)) in self._own:
            return self.you()
        draft = self._drafts.setdefault(key, _Draft(kind, one_line(label, _LONGEST_LABEL)))
        if _RANK[kind] < _RANK[draft.kind]:
            draft.kind = kind
        return key, draft

    def things(self) -> dict[str, Thing]:
        """Return all of them, by key."""
        return {key: _thing(key, draft) for key, draft in self._drafts.items()}


def _key(label: str) -> str:
    return f"about:{' '.join(label.casefold().split())}"


def _thing(key: str, draft: _Draft) -> Thing:
    return Thing(
        key=key,
        kind=draft.kind,
        label=draft.label,
        weight=draft.weight,
        uses=sorted(draft.uses.values(), key=lambda use: (use.at, use.memory)),
        ties=draft.ties,
        is_said=len(draft.uses) > len(draft.facts),
    )


def _add_fact(known: _Known, fact: Memory) -> None:
    subject_key, subject = _subject(known, fact)
    key, value = known.get(*_value(fact))
    uses = _uses_of_fact(fact)
    for draft in (subject, value):
        draft.use(uses)
        draft.facts.update(use.memory for use in uses)
        draft.weight += _weight_of_fact(fact)
    if key != subject_key:
        since = fact.valid_from or fact.created_at
        value.ties.append(Tie(subject_key, _attribute(fact), fact.id, since, fact.valid_to))


def _subject(known: _Known, fact: Memory) -> tuple[str, _Draft]:
    """Return whom a fact is about: the user or another person."""
    return known.get(PERSON, _name_in(fact.subject)) if fact.subject and fact.subject != _USER else known.you()


def _value(fact: Memory) -> tuple[str, str]:
    head = (fact.attribute or "").partition(":")[0]
    kind = PERSON if head in _PEOPLE else PLACE if head in _PLACES else FACT
    if not fact.value or not fact.value.strip():
        return FACT, fact.text
    return kind, _name_in(fact.value) if kind == PERSON else fact.value


def _name_in(text: str) -> str:
    """Return the name in `sister Anna`; all of it where no word has a capital."""
    words = text.split()
    return " ".join([word for word in words if word[:1].isupper()] or words)


def _attribute(fact: Memory) -> str:
    return one_line((fact.attribute or fact.kind).rpartition(":")[2].replace("_", " "), _LONGEST_LABEL)


def _uses_of_fact(fact: Memory) -> list[Use]:
    said = [Use(fact.id, fact.session_id, fact.created_at)]
    return said + [Use(f"{fact.id}/{number}", one.session_id, one.at) for number, one in enumerate(fact.mentions)]


def _weight_of_fact(fact: Memory) -> float:
    weight = max(1, fact.support) * (0.5 if fact.confidence is None else fact.confidence)
    return weight * (_PINNED if fact.pinned else 1.0) * (_ENDED if fact.valid_to else 1.0)


def _add_names(known: _Known, said: Sequence[Memory], texts: Sequence[Spoken]) -> None:
    readings = [read(text) for text in texts]
    speakers = {one.name for one in said if one.name}
    names = Names(readings, people=[*known.names(PERSON), *speakers], places=known.names(PLACE))
    found: defaultdict[str, list[Use]] = defaultdict(list)
    for one, reading in zip(said, readings, strict=True):
        speaker = [one.name] if one.name else list[str]()
        for name in dict.fromkeys([*names.of(reading), *speaker]):
            found[name].append(_use(one))
    least = 2 if len(said) >= _MANY_TEXTS else 1
    for name, uses in found.items():
        if len(uses) >= least or known.has(name):
            _, draft = known.get(names.kind(name), name)
            draft.use(uses)
            draft.weight += sqrt(len({use.session for use in uses})) * log(1 + len(uses))


def _add_topics(known: _Known, said: Sequence[Memory], texts: Sequence[Spoken]) -> None:
    for topic in topics(map(terms_of, texts), [one.session_id or "" for one in said]):
        _, draft = known.get(TOPIC, topic.label)
        draft.use(_use(said[number]) for number in topic.texts)
        draft.weight += topic.weight if draft.kind == TOPIC else 0.0


def _use(message: Memory) -> Use:
    return Use(message.id, message.session_id, message.created_at)


def _by_time(memory: Memory) -> tuple[float, str]:
    return memory.created_at.timestamp(), memory.id
