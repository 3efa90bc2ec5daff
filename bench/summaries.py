"""How much of what matters an extractive summary keeps, beside the first sentences and random ones.

    python bench/summaries.py [--talks 20] [--share 0.1] [--show LANGUAGE]

On the made-up talks of `planted_talk`: the share of planted sentences whose names, places, amounts and times all
stand in a summary of a tenth of the talk's length. `at once` summarises the whole talk; `in ten steps` makes each
summary from the one before it and the next tenth of the messages. Random sentences and the first ones get the same
room. `most` is what a summary of nothing but planted sentences would keep: its form takes room, too.
"""

import argparse
import random
from collections.abc import Callable, Iterator
from statistics import mean

from memlane.adapters.counters.estimate import EstimateCounter
from memlane.derive.sentences import prose, sentences
from memlane.derive.summary import extractive_summary
from memlane.types.line import Line
from planted_talk import HALVES, LANGUAGES, Talk, make_talk

STEPS = 10
_count = EstimateCounter().count
Summarise = Callable[[Talk, int], str]


def main() -> None:
    """Print the share of planted sentences that each way keeps, by language and wording."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--talks", type=int, default=20)
    parser.add_argument("--share", type=float, default=0.1)
    parser.add_argument("--show", choices=sorted(LANGUAGES))
    arguments = parser.parse_args()
    if arguments.show:
        show(arguments.show, arguments.share)
        return
    print(f"{'language':<10} {'wording':<9}" + "".join(f"{name:>14}" for name in WAYS))
    for half in HALVES:
        for language in LANGUAGES:
            shares = [survival(way, language, half, arguments.talks, arguments.share) for way in WAYS.values()]
            print(f"{language:<10} {half:<9}" + "".join(f"{share:>13.0%} " for share in shares))


def survival(way: Summarise, language: str, half: str, talks: int, share: float) -> float:
    """Return the mean share of planted sentences that a way of summarising keeps."""
    made = [make_talk(language, half, seed) for seed in range(talks)]
    return mean(kept(talk, way(talk, int(share * size(talk)))) for talk in made)


def kept(talk: Talk, summary: str) -> float:
    """Return the share of planted sentences whose keys all stand in a summary."""
    return mean(all(key in summary for key in plant.keys) for plant in talk.plants)


def size(talk: Talk) -> int:
    """Return the tokens of a talk."""
    return sum(_count(line.text) for line in talk.lines)


def at_once(talk: Talk, room: int) -> str:
    """Summarise the whole talk."""
    return extractive_summary("", talk.lines, max_tokens=room, count=_count)


def in_steps(talk: Talk, room: int) -> str:
    """Summarise a talk as compaction does, a part at a time."""
    summary = ""
    for step in range(STEPS):
        part = talk.lines[step * len(talk.lines) // STEPS : (step + 1) * len(talk.lines) // STEPS]
        summary = extractive_summary(summary, part, max_tokens=room, count=_count)
    return summary


def first_sentences(talk: Talk, room: int) -> str:
    """Take sentences from the beginning."""
    return _taken(_said(talk), room)


def random_sentences(talk: Talk, room: int) -> str:
    """Take sentences at random."""
    said = list(_said(talk))
    random.Random(5).shuffle(said)
    return _taken(iter(said), room)


def show(language: str, share: float) -> None:
    """Print a summary and what was planted, for reading; of the development half."""
    talk = make_talk(language, "dev", 0)
    summary = in_steps(talk, int(share * size(talk)))
    print(summary, "\n")
    for plant in talk.plants:
        print("kept" if all(key in summary for key in plant.keys) else "LOST", plant.sentence)


def _said(talk: Talk) -> Iterator[str]:
    for line in talk.lines:
        for sentence in sentences(prose(line.text)):
            yield f"{line.speaker}: {sentence}"


def _taken(said: Iterator[str], room: int) -> str:
    taken: list[str] = []
    for sentence in said:
        room -= _count(f"{sentence}\n")
        if room < 0:
            break
        taken.append(sentence)
    return "\n".join(taken)


def most(talk: Talk, room: int) -> str:
    """Summarise only what was planted."""
    planted = {plant.sentence for plant in talk.plants}
    lines = [
        Line(line.speaker, line.at, sentence)
        for line in talk.lines
        for sentence in sentences(prose(line.text))
        if sentence in planted
    ]
    return extractive_summary("", lines, max_tokens=room, count=_count)


WAYS: dict[str, Summarise] = {
    "at once": at_once,
    "in ten steps": in_steps,
    "first": first_sentences,
    "random": random_sentences,
    "most": most,
}

if __name__ == "__main__":
    main()
