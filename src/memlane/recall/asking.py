"""What a question asks about, as far as its wording tells."""

import re

_said = r"(?:said|told|suggested|recommended|mentioned|gave|provided|explained|listed|described|advised|wrote|shared)"
_is_about_reply = re.compile(
    rf"\bdid you\b|\byou(?:'ve| have| had| also| previously)* (?:{_said}|created|came up)\b"
    r"|\byour (?:suggestion|recommendation|advice|answer|list|explanation|reply)"
    r"|\bour (?:previous |last |earlier |past )*(?:chat|conversation|discussion|talk)|\bremind me\b",
    re.IGNORECASE,
).search


def is_about_reply(question: str) -> bool:
    """Return whether it asks what was replied, not what somebody told: `What did you suggest?`; English only."""
    return bool(_is_about_reply(question))
