"""The body of a request, of which only what is touched changes."""

from memlane.proxy.body import Body


def test_a_copy_stays_as_it_was() -> None:
    body = Body(b'{"model": "m", "n": 1.0}')
    before = body.copy()
    body.put("model", b'"other"')
    body.put("new", b"1")
    assert before.data() == b'{"model":"m","n":1.0}'
    assert body.data() == b'{"model":"other","n":1.0,"new":1}'
