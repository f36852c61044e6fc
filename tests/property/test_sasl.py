from hypothesis import given
from hypothesis import strategies as st

from delegacy.wire.sasl import Challenge, Credentials, LoginExchange, PlainExchange, SaslError


@given(st.lists(st.one_of(st.none(), st.binary(max_size=40)), min_size=1, max_size=4))
def test_any_bytes_are_answered_or_refused(lines: list[bytes | None]) -> None:
    for exchange in (PlainExchange(), LoginExchange()):
        try:
            outcome = exchange.start(lines[0])
            for line in lines[1:]:
                outcome = exchange.respond(line or b"")
        except SaslError:
            continue
        assert isinstance(outcome, Challenge | Credentials)
