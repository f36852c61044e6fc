from hypothesis import given
from hypothesis import strategies as st

from delegacy.domain.address import InvalidAddress, SmtpAddress

LOCAL_CHARACTERS = st.characters(codec="utf-8")


@given(st.text(LOCAL_CHARACTERS, max_size=80), st.text(LOCAL_CHARACTERS, max_size=80))
def test_any_text_is_an_address_or_refused_and_a_key_is_its_own_key(local_part: str, domain: str) -> None:
    try:
        address = SmtpAddress(local_part, domain)
    except InvalidAddress:
        return
    again = SmtpAddress.parse(address.key)
    assert again.key == address.key
    assert again == address


@given(st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=1, max_size=15))
def test_case_makes_no_difference_where_both_are_addresses(name: str) -> None:
    keys = set()
    for typed in (name, name.casefold()):
        try:
            keys.add(SmtpAddress(typed, "contoso.com").key)
        except InvalidAddress:
            return
    assert len(keys) == 1
