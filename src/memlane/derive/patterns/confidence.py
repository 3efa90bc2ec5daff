"""How sure a fact is that a pattern found: how often patterns for its attribute were right on labelled messages."""

from typing import Final

_MEASURED: Final = {
    "age": 0.91,
    "allergy": 0.92,
    "avoids": 0.83,
    "birthday": 0.83,
    "birthplace": 0.80,
    "condition": 0.83,
    "diet": 0.93,
    "dislikes": 0.91,
    "employer": 0.92,
    "family": 0.86,
    "favourite": 0.88,
    "hobby": 0.71,
    "home": 0.95,
    "hometown": 0.90,
    "job_seeking": 0.89,
    "language": 0.89,
    "learning": 0.80,
    "likes": 0.88,
    "name": 0.83,
    "nickname": 0.67,
    "owns": 0.86,
    "partner": 0.93,
    "pet": 0.92,
    "plan": 0.92,
    "studies": 0.83,
    "wants": 0.83,
    "work": 0.96,
}
"""By attribute, over all languages, on the half of the labelled messages that the patterns were not tuned on; one
success and one failure are added (Laplace), so that what was seldom seen is less sure. `bench/facts.py --confidence`
prints it."""
_UNSEEN: Final = 0.5


def confidence_of(attribute: str) -> float:
    """Return how sure it is, 0-1, that somebody said what a pattern found; of what was never measured one half."""
    return _MEASURED.get(attribute.partition(":")[0], _UNSEEN)
