"""A chat model on a loopback port that only pretends: to prove the plumbing of `qa.py`, never to measure anything.

Asked a question, it repeats the memory with most words in common; asked to judge, it says yes where the reference
answer stands in the answer.
"""

import re

from memlane.testing.model_server import Asked, ModelServer, Script
from qa_prompts import ANSWER, MEMORIES, QUESTION, REFERENCE

_WORD = re.compile(r"\w+")


class LoopbackModel(ModelServer):
    """Serves on a free port while used as a context manager; counts words as tokens and takes any key."""

    def __init__(self) -> None:
        """Answer by `reply`."""
        super().__init__(key=None, script=Script(_answer))


def reply(prompt: str) -> str:
    """Return what this model says to a prompt of `qa_prompts`."""
    if REFERENCE in prompt:
        reference, answer = _part(prompt, REFERENCE), _part(prompt, ANSWER)
        return "yes" if reference.casefold() in answer.casefold() else "no"
    memories, question = _part(prompt, MEMORIES).splitlines(), _words(_part(prompt, QUESTION))
    return max(memories, key=lambda memory: len(_words(memory) & question), default="I do not know.")


def _answer(asked: Asked) -> str:
    return reply("\n".join([asked.system, *(said["content"] for said in asked.messages)]))


def _part(prompt: str, title: str) -> str:
    """Return what stands under a title, up to the next empty line."""
    return prompt.partition(f"{title}\n")[2].partition("\n\n")[0].strip()


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold()))
