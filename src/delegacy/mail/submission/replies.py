"""What a client is told: one table for each kind of refusal."""

from types import MappingProxyType
from typing import Final

from delegacy.policy.decision import SendDenial
from delegacy.session.signin import SignInDenial

NOT_THIS_SENDER: Final = "550 5.7.60 SMTP; Client does not have permissions to send as this sender"
NOT_SIGNED_IN: Final = "530 5.7.57 SMTP; Client was not authenticated to send anonymous mail during MAIL FROM"
SIGNED_IN: Final = "235 2.7.0 Authentication successful"
WRONG_PASSWORD: Final = "535 5.7.3 Authentication unsuccessful"  # noqa: S105 - a reply, not a secret
NEEDS_SMTPUTF8: Final = "550 5.6.7 The sender's address can't be shown without SMTPUTF8"

# Whatever the reason, the words are the same: they say nothing about the directory.
REPLIES: Final = MappingProxyType(
    {
        SendDenial.ACCOUNT_DISABLED: NOT_THIS_SENDER,
        SendDenial.NO_SUCH_AUTHOR: NOT_THIS_SENDER,
        SendDenial.HIDDEN_FROM_ADDRESS_LISTS: NOT_THIS_SENDER,
        SendDenial.SEND_AS_DENIED: NOT_THIS_SENDER,
        SendDenial.SEND_AS_REQUIRED: NOT_THIS_SENDER,
        SendDenial.NO_SEND_RIGHT: NOT_THIS_SENDER,
    }
)

SIGN_IN_REPLIES: Final = MappingProxyType(
    {
        SignInDenial.WRONG_NAME_OR_PASSWORD: WRONG_PASSWORD,
        SignInDenial.ACCOUNT_DISABLED: WRONG_PASSWORD,
        SignInDenial.PROTOCOL_SWITCHED_OFF: WRONG_PASSWORD,
        SignInDenial.TOO_MANY_FAILURES: WRONG_PASSWORD,
        SignInDenial.STORE_UNAVAILABLE: "454 4.7.0 Temporary authentication failure",
    }
)
