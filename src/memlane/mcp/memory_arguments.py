"""What Memlane's own tools take."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from memlane.mcp.tool import Arguments
from memlane.types.ids import MAX_ID_CHARACTERS

MOST_FOUND = 100
MOST_LISTED = 1_000
MOST_ADDED = 100
_MOST_TEXT = 100_000
_MOST_QUERY = 10_000
_MOST_KINDS = 20

_Text = Annotated[str, Meta(min_length=1, max_length=_MOST_TEXT)]
_Id = Annotated[str, Meta(min_length=1, max_length=MAX_ID_CHARACTERS)]
_Query = Annotated[
    str,
    Meta(min_length=1, max_length=_MOST_QUERY, description="What to look for, in ordinary words; a question is fine."),
]
_Kind = Annotated[str, Meta(min_length=1, max_length=64)]
_Moment = Annotated[
    str, Meta(max_length=40, description="An ISO 8601 date or time such as 2026-05-01; UTC unless it says otherwise.")
]
_Found = Annotated[int, Meta(ge=1, le=MOST_FOUND, description="At most this many results.")]
_Session = Annotated[str, Meta(min_length=1, max_length=MAX_ID_CHARACTERS, description="The id of a conversation.")]
_Tokens = Annotated[int, Meta(ge=1, le=10_000_000, description="At most this many tokens.")]


class RememberArguments(Arguments, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something to remember."""

    text: Annotated[_Text, Meta(description="One thing, as a sentence that is understood on its own.")]
    kind: Annotated[
        _Kind, Meta(description="`fact`, `preference`, or a name of your own; not `message`.", examples=["fact"])
    ] = "fact"
    metadata: Annotated[dict[str, Any], Meta(description="A JSON object of your own, kept with it.")] | None = None


class RecallArguments(Arguments, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A search."""

    query: _Query
    limit: _Found = 10
    kinds: (
        Annotated[
            list[_Kind],
            Meta(max_length=_MOST_KINDS, description="Only these kinds, e.g. `message`, `fact`, `preference`."),
        ]
        | None
    ) = None
    since: _Moment | None = None
    until: _Moment | None = None


class ListMemoriesArguments(Arguments, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which memories to list."""

    kind: Annotated[_Kind, Meta(description="Only this kind.")] | None = None
    session: _Session | None = None
    limit: Annotated[int, Meta(ge=1, le=MOST_LISTED, description="At most this many.")] = 50
    cursor: Annotated[str, Meta(max_length=2_000, description="Where an earlier list stopped.")] | None = None


class ForgetArguments(Arguments, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to forget."""

    memory_id: Annotated[_Id, Meta(description="The id of a memory, as recall or list_memories gave it.")]


class GivenMessage(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A message."""

    role: Annotated[Literal["user", "assistant", "system", "tool"], Meta(description="Who speaks.")]
    content: Annotated[_Text, Meta(description="The words, unchanged.")]
    id: (
        Annotated[_Id, Meta(description="Unique within the conversation; one that is there already adds nothing.")]
        | None
    ) = None
    name: Annotated[str, Meta(min_length=1, max_length=512, description="The speaker's name.")] | None = None
    created_at: _Moment | None = None


class AddMessagesArguments(Arguments, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Messages to add."""

    session: _Session
    messages: Annotated[list[GivenMessage], Meta(min_length=1, max_length=MOST_ADDED, description="Oldest first.")]


class ContextArguments(Arguments, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a context shall be."""

    session: _Session
    query: _Query | None = None
    max_tokens: _Tokens | None = None


class ProfileArguments(Arguments, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long a profile may be."""

    max_tokens: _Tokens | None = None


class ListSessionsArguments(Arguments, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many conversations to list."""

    limit: Annotated[int, Meta(ge=1, le=MOST_LISTED, description="At most this many.")] = 100


class EpisodesArguments(Arguments, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A search for past conversations."""

    query: _Query
    limit: _Found = 5
