"""Made-up conversations in which things that matter are hidden among things that do not.

Nothing here is anybody's conversation. Most of a talk is small talk and general advice with numbers, names and plans of
its own. In it stand planted sentences: decisions, promises, appointments, people, amounts, corrections and open
questions, each with words that occur nowhere else in the talk. They are worded in two ways, `dev` and `held_out`;
weights were chosen by looking at the first only. The same seed gives the same talk on every machine.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import msgspec

from memlane.types.line import Line

BEGAN = datetime(2026, 3, 2, 9, tzinfo=UTC)
HALVES = ("dev", "held_out")
_PLANTED = 10
_MESSAGES = 120


class Plant(NamedTuple):
    """A planted sentence and the words by which it is known in a summary."""

    kind: str
    sentence: str
    keys: tuple[str, ...]


class Talk(NamedTuple):
    """A conversation and what was planted in it."""

    lines: list[Line]
    plants: list[Plant]


class Words(msgspec.Struct):
    """What a language's talks are made of, from `planted_talk.json`.

    Attributes:
        gap: What stands between sentences.
        said: What the user says, with slots that chance fills.
        answered: What the assistant says.
        chance: What fills the slots.
        keys: What fills the slots of planted sentences, each once a talk.
        plants: Planted sentences by wording and kind.
    """

    gap: str
    said: tuple[str, ...]
    answered: tuple[str, ...]
    chance: dict[str, tuple[str, ...]]
    keys: dict[str, tuple[str, ...]]
    plants: dict[str, dict[str, tuple[str, ...]]]


LANGUAGES: dict[str, Words] = msgspec.json.decode(
    Path(__file__).with_suffix(".json").read_bytes(), type=dict[str, Words]
)


def make_talk(language: str, half: str, seed: int) -> Talk:
    """Return a talk of 120 messages, user and assistant in turns, three or four of them a day apart.

    Args:
        language: One of `LANGUAGES`.
        half: How the planted sentences are worded: `dev` or `held_out`.
        seed: Which talk.
    """
    chance = random.Random(f"{language}/{half}/{seed}")
    words = LANGUAGES[language]
    plants = list(_plants(words, half, chance))
    open_ones = [plant for plant in plants if plant.kind == "question"]
    rest = [plant for plant in plants if plant.kind != "question"]
    places = sorted(chance.sample(range(_MESSAGES - 2), len(rest)))
    planted = dict(zip(places, rest, strict=True))
    lines = [_line(words, number, planted.get(number), chance) for number in range(_MESSAGES)]
    for plant in open_ones:  # nobody answers what is asked last
        lines.append(Line("user", lines[-1].at, plant.sentence))
    return Talk(lines, plants)


def _plants(words: Words, half: str, chance: random.Random) -> Iterator[Plant]:
    keys = {kind: chance.sample(found, len(found)) for kind, found in words.keys.items()}
    templates = words.plants[half]
    kinds = [kind for kind in templates if kind != "question"]
    for number in range(_PLANTED):
        kind = kinds[number % len(kinds)]
        if plant := _plant(kind, chance.choice(templates[kind]), keys):
            yield plant
    if plant := _plant("question", templates["question"][0], keys):
        yield plant


def _plant(kind: str, template: str, keys: dict[str, list[str]]) -> Plant | None:
    slots = [slot for slot in keys if f"{{{slot}}}" in template]
    if not all(keys[slot] for slot in slots):
        return None
    filled = {slot: keys[slot].pop() for slot in slots}
    return Plant(kind, template.format(**filled), tuple(filled.values()))


def _line(words: Words, number: int, plant: Plant | None, chance: random.Random) -> Line:
    speaker = "user" if number % 2 == 0 or plant else "assistant"
    pool, most = (words.said, 3) if speaker == "user" else (words.answered, 5)
    said = [_chatter(words, chance.choice(pool), chance) for _ in range(chance.randint(1, most))]
    if plant:
        said.insert(chance.randint(0, len(said)), plant.sentence)
    return Line(speaker, BEGAN + timedelta(hours=7 * number), words.gap.join(said))


def _chatter(words: Words, template: str, chance: random.Random) -> str:
    drawn = {slot: chance.choice(found) for slot, found in words.chance.items()}
    text = template.format(n=chance.randint(2, 60), **drawn)
    return text[:1].upper() + text[1:]
