"""What the answering model and the judge are told, and how the judge's word is read.

The judge follows the intent of the published evaluations of LongMemEval and LoCoMo: the answer counts when it holds
what the reference says, in whatever words; being wrong by one in a count of days does not spoil a question of time;
of what changed, the newest state must be given, older ones may stand beside it; of a preference it suffices that the
answer makes use of it; what was never said must be declined. The words are our own, so figures are comparable with
other runs of this harness, not with those that others publish.
"""

from datetime import datetime

from memlane import Recalled

MEMORIES, QUESTION, REFERENCE, ANSWER = "MEMORIES", "QUESTION", "REFERENCE ANSWER", "ANSWER TO JUDGE"
ABSTAIN = "It was never said."

_ANSWERING = """\
You answer a question about earlier conversations from the notes below, which are quotations with the time at which \
they were said. Use nothing else. Work out dates from those times. Where notes contradict each other, the newer one \
holds. Answer in one or two sentences. If the notes do not say it, answer that it was not mentioned."""
_JUDGING = """\
You compare an answer with a reference and say whether the answer is right. It is right when it contains the \
information of the reference or means the same, however it is worded; further correct detail does no harm. It is wrong \
when it gives only a part of what the reference asks for, or contradicts it.{more} Reply with a single word: yes or \
no."""
_MORE = {
    "temporal": " A number of days, weeks or months that is off by one is still right.",
    "update": " The newest state decides: mentioning earlier ones too is right, giving only an earlier one is wrong.",
    "preference": " The reference describes what a good answer would take into account. An answer that makes correct "
    "use of what the person said of themselves is right, even if it does not cover every point.",
    "abstain": " The question cannot be answered: nothing in the conversations says it. The answer is right when it "
    "says that this is unknown or was not mentioned, and wrong when it states anything as the answer.",
}


def answering(question: str, at: str | None, recalled: list[Recalled]) -> list[dict[str, str]]:
    """Return the messages that ask for an answer; what was recalled stands in order of time."""
    ordered = sorted(recalled, key=lambda found: found.memory.created_at)
    notes = "\n".join(_note(found) for found in ordered) or "(none)"
    today = f"\n\nTODAY\n{_day(datetime.fromisoformat(at))}" if at else ""
    return _messages(_ANSWERING, f"{MEMORIES}\n{notes}{today}\n\n{QUESTION}\n{question}")


def judging(question: str, reference: str, answer: str, kind: str, *, abstains: bool) -> list[dict[str, str]]:
    """Return the messages that ask for a verdict; `kind` is the data's own name of the kind of question."""
    rules = _MORE["abstain"] if abstains else "".join(text for word, text in _MORE.items() if word in kind)
    content = f"{QUESTION}\n{question}\n\n{REFERENCE}\n{reference}\n\n{ANSWER}\n{_one_paragraph(answer)}"
    return _messages(_JUDGING.format(more=rules), content)


def verdict(reply: str) -> bool | None:
    """Return whether the judge said yes or no; None when it said neither, or both."""
    words = {word.strip(".,:;!*\"'`").casefold() for word in reply.split()}
    said = words & {"yes", "no"}
    return said == {"yes"} if len(said) == 1 else None


def _messages(system: str, user: str) -> list[dict[str, str]]:
    return [{"role": "system", "content": system}, {"role": "user", "content": user}]


def _note(found: Recalled) -> str:
    memory = found.memory
    return f"[{_day(memory.created_at)}] {memory.name or memory.role or 'note'}: {_one_paragraph(memory.text)}"


def _day(moment: datetime) -> str:
    return f"{moment:%A, %Y-%m-%d %H:%M} UTC"


def _one_paragraph(text: str) -> str:
    return " ".join(text.split())
