"""The graph: what is in it, what of it is drawn, and where."""

from datetime import UTC, datetime, timedelta
from itertools import combinations
from math import hypot
from typing import Any

import pytest

from memlane.types.memory import Memory, Mention
from memlane.web.views.graph import draw, sources_of, tied_to, ties_of
from memlane.web.views.graph_layout import HEIGHT, NEVER, WIDTH, labels, places
from memlane.web.views.graph_material import gather
from memlane.web.views.graph_records import FACT, SESSION, YOU, Graph, Material
from memlane.web.views.graph_rows import left_out, picture
from memlane.web.views.names import PERSON, PLACE, TOPIC

DAY = timedelta(days=1)
START = datetime(2026, 3, 1, tzinfo=UTC)


def said(text: str, session: str, day: int = 0, *, role: str = "user", name: str | None = None) -> Memory:
    return Memory(
        id=f"m-{session}-{day}-{len(text)}",
        text=text,
        kind="message",
        created_at=START + day * DAY,
        session_id=session,
        message_ids=["1"],
        role=role,
        name=name,
    )


def fact(attribute: str, value: str, day: int = 0, **fields: Any) -> Memory:
    return Memory(
        id=f"f-{attribute}-{value}",
        text=f"{attribute} {value}",
        kind="fact",
        created_at=START + day * DAY,
        subject=fields.pop("subject", "user"),
        attribute=attribute,
        value=value,
        session_id=fields.pop("session_id", "s1"),
        message_ids=["1"],
        **fields,
    )


TALK = [
    said("I went to Lisbon with Bruno. Bruno says the tile museum is great.", "s1", 0),
    said("We planted runner beans, and the tile museum was closed.", "s2", 3),
    said("Yesterday Bruno said that he moved to Lisbon.", "s3", 8),
    said("The runner beans grow, and I am in Lisbon again.", "s3", 9),
    said("As Napoleon said in Paris: nothing. Napoleon!", "s3", 9, role="assistant"),
    said("Nothing else happened.", "s4", 12),
]
FACTS = [
    fact("home", "Ghent", 1),
    fact("home", "Utrecht", 0, valid_to=START + DAY),
    fact("family:brother", "Bruno", 2, session_id="s3"),
    fact("likes", "fado", 2),
    fact("birthday", "4 May", 2, subject="sister Ilse"),
]


def material() -> Material:
    return gather(FACTS, TALK, user="mara")


def kinds_of(graph: Graph) -> dict[str, str]:
    return {node.label: node.kind for node in graph.nodes}


def test_people_places_topics_facts_and_sessions_are_found_without_a_model() -> None:
    found = kinds_of(draw(material(), {"s1": "To Lisbon"}))
    assert found["mara"] == YOU
    assert found["Bruno"] == PERSON
    assert found["Ilse"] == PERSON
    assert (found["Lisbon"], found["Ghent"]) == (PLACE, PLACE)
    assert found["fado"] == FACT
    assert (found["runner beans"], found["tile museum"]) == (TOPIC, TOPIC)
    assert found["To Lisbon"] == SESSION
    assert found["s3"] == SESSION


def test_what_a_model_said_is_not_read() -> None:
    assert not {"Napoleon", "Paris"} & kinds_of(draw(material())).keys()


def test_a_fact_ties_subject_and_value_with_its_dates() -> None:
    graph = draw(material())
    ties = {
        (one, edge.label, other): edge
        for node in graph.nodes
        for one, other, edge in ties_of(graph, node)
        if node.kind != SESSION
    }
    assert ("mara", "brother", "Bruno") in ties
    assert ("Ilse", "birthday", "4 May") in ties
    assert ties["mara", "home", "Ghent"].ended is None
    assert ties["mara", "home", "Utrecht"].ended == START + DAY
    nodes, edges = picture(graph, UTC)
    assert [node["label"] for node in nodes if node["ended"]] == ["Utrecht"]
    assert [edge["says"] for edge in edges if edge["ended"]] == ["home, 1 Mar 2026 until 2 Mar 2026"]


def test_the_name_of_the_user_is_the_user() -> None:
    graph = draw(gather(FACTS, [*TALK, said("Hello", "s1", name="Mara")], user="mara"))
    assert [node.kind for node in graph.nodes if node.label.casefold() == "mara"] == [YOU]


def test_names_the_user_gave_are_the_user_and_a_relation_is_no_name() -> None:
    graph = draw(
        gather([*FACTS, fact("name", "Mieke"), fact("pet", "cat Rex")], [said("Rex met Mieke", "s2")], user="u")
    )
    found = kinds_of(graph)
    assert found["Rex"] == PERSON
    assert "Mieke" not in found


def test_a_thing_leads_to_its_memories_and_sessions_the_newest_first() -> None:
    told = fact("pet", "Rex", 1, mentions=[Mention(session_id="s9", message_id="2", at=START + 20 * DAY)])
    held = gather([told], TALK, user="mara")
    graph = draw(held)
    rex = next(node for node in graph.nodes if node.label == "Rex")
    assert sources_of(held, rex) == (["f-pet-Rex"], ["s9", "s1"])
    bruno = next(node for node in graph.nodes if node.label == "Bruno")
    memories, sessions = sources_of(held, bruno)
    assert memories == [TALK[2].id, TALK[0].id]
    assert sessions == ["s3", "s1"]
    assert {one.label for one in tied_to(graph, bruno)} == {"s1", "s3"}


def test_the_same_memories_make_the_same_picture() -> None:
    assert picture(draw(material()), UTC) == picture(draw(material()), UTC)
    shuffled = gather(FACTS[::-1], TALK[::-1], user="mara")
    assert picture(draw(shuffled), UTC) == picture(draw(gather(FACTS, TALK, user="mara")), UTC)


def test_only_the_kinds_asked_for_are_drawn() -> None:
    assert set(kinds_of(draw(material(), kinds=[PLACE, SESSION])).values()) == {YOU, PLACE, SESSION}


def test_without_sessions_what_shares_one_is_tied_directly() -> None:
    graph = draw(material(), kinds=[PERSON, PLACE])
    tied = {tuple(sorted((edge.source, edge.target))) for edge in graph.edges}
    assert ("about:bruno", "about:lisbon") in tied


def test_only_what_was_said_within_the_time_is_drawn() -> None:
    late = kinds_of(draw(material(), since=START + 8 * DAY))
    assert "tile museum" not in late
    assert {"Bruno", "Lisbon", "s3"} <= late.keys()
    early = draw(material(), until=START + DAY)
    assert {"s1"} >= {node.key.partition(":")[2] for node in early.nodes if node.kind == SESSION}
    assert draw(material(), since=START + 900 * DAY).nodes == []


def test_there_are_never_more_nodes_than_asked_for_and_what_is_left_out_is_counted() -> None:
    names = [f"{a}{b}land" for a in "ABCDEFGH" for b in "aeiouy"]
    talk = [said(f"I was in {name} and near {name}.", f"s{place % 30}", place) for place, name in enumerate(names)]
    whole = gather(FACTS, talk, user="mara")
    for limit in (20, 60, 150):
        graph = draw(whole, limit=limit)
        assert len(graph.nodes) <= limit
        keys = {node.key for node in graph.nodes}
        assert all({edge.source, edge.target} <= keys for edge in graph.edges)
    small = draw(whole, limit=20)
    assert small.left_out[PLACE] >= 30
    assert "places" in left_out(small.left_out)
    assert left_out({SESSION: 1}) == "1 conversation"


def test_nothing_is_a_graph_without_nodes() -> None:
    assert picture(draw(gather([], [], user="mara")), UTC) == ([], [])


def crowd() -> Graph:
    names = [f"{a}{b}{c}burg" for a in "BCDFG" for b in "aeiou" for c in "lmnr"]
    talk = [said(f"I was in {name}, near {names[at - 1]}.", f"s{at % 9}", at) for at, name in enumerate(names)]
    return draw(gather([], talk, user="mara"), limit=90)


def test_nodes_are_inside_and_do_not_touch() -> None:
    at = places(crowd())
    assert len(at) > 60
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in at.values())
    assert min(hypot(x - u, y - v) for (x, y), (u, v) in combinations(at.values(), 2)) > 10


def test_labels_have_room_from_some_enlargement_on_and_those_of_the_first_at_once() -> None:
    graph = crowd()
    at = places(graph)
    found = labels(graph.nodes, at, {node.key: node.label for node in graph.nodes})
    shown = sum(label.shown_from <= 1 for label in found.values())
    assert 15 < shown < len(found)
    assert sum(label.shown_from < NEVER for label in found.values()) > shown


@pytest.mark.parametrize(
    "hostile",
    ["<img src=x onerror=alert(1)>", "![x](http://evil.example/x.png)", "\x1b[31m\u202eKim", ":red[a] $x$ `b`", "'"],
)
def test_hostile_text_is_data_on_one_line(hostile: str) -> None:
    graph = draw(gather([fact("likes", hostile), fact(hostile, "x")], [said(hostile, hostile)], user=hostile))
    nodes, edges = picture(graph, UTC)
    assert nodes
    assert all("image" not in row for row in (*nodes, *edges))
    shown = [row[field] for row in nodes for field in ("label", "full", "about")]
    shown += [row[field] for row in edges for field in ("between", "says")]
    assert not any(character in text for text in shown for character in "\x1b\u202e\n")
