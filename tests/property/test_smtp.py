import contextlib

from hypothesis import given
from hypothesis import strategies as st

from delegacy.wire.smtp import InvalidCommand, read_mail_command, read_rcpt_command

ARGUMENTS = st.lists(
    st.one_of(
        st.sampled_from(["FROM:", "TO:", "<", ">", "@", " ", "SIZE=1", "SMTPUTF8", "BODY=", "ayla@contoso.com", "="]),
        st.text(max_size=4),
    ),
    max_size=12,
).map("".join)


@given(ARGUMENTS)
def test_any_argument_of_mail_is_a_command_or_refused(argument: str) -> None:
    with contextlib.suppress(InvalidCommand):
        command = read_mail_command(argument)
        assert command.sender is None or str(command.sender) in argument


@given(ARGUMENTS)
def test_any_argument_of_rcpt_is_an_address_or_refused(argument: str) -> None:
    with contextlib.suppress(InvalidCommand):
        assert read_rcpt_command(argument, smtputf8=True, postmaster_domain="contoso.com").key
