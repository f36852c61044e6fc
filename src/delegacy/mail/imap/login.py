"""Signing in to IMAP: names and passwords, and the mailbox that is meant (see ``delegacy.session.signin``)."""

import re
from dataclasses import dataclass
from typing import Final

from delegacy.domain.account import Account
from delegacy.domain.client_access import ClientProtocol
from delegacy.domain.errors import StoreUnavailable
from delegacy.enforcement.authorizer import Authorizer
from delegacy.enforcement.opening import Opening
from delegacy.policy.decision import Deny
from delegacy.session.signin import SignIn, SignInDenial
from delegacy.wire.sasl import Credentials

# Accessing other people's mailboxes: DOMAIN\user\alias, also with slashes.
_ACCOUNT_AND_MAILBOX: Final = re.compile(r"([^\\/]+)([\\/])([^\\/]+)\2([^\\/]+)")


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody who has signed in. ``opening`` is the mailbox at the root of the session, None for an account without one.

    ``direct`` tells that it is another person's mailbox, opened by name.
    """

    account: Account
    opening: Opening | None
    direct: bool


async def sign_in(credentials: Credentials, origin: str, *, door: SignIn, authorizer: Authorizer) -> SignedIn | None:
    """Return who has signed in, or None: for a wrong name or password and for a mailbox that does not open alike.

    Raises ``StoreError`` if the directory can't be read.
    """
    name, mailbox = _split(credentials)
    account = await door.authenticate(name, credentials.password, origin, over=ClientProtocol.IMAP)
    if account is SignInDenial.STORE_UNAVAILABLE:
        raise StoreUnavailable("The directory can't be read.")
    if isinstance(account, SignInDenial):
        return None
    imap = authorizer.over(ClientProtocol.IMAP)
    if mailbox:
        opening = await imap.authorize_open(account, mailbox)
    elif account.mailbox_guid is None:
        return SignedIn(account, None, direct=False)
    else:
        opening = await imap.authorize_open_guid(account, account.mailbox_guid)
    if isinstance(opening, Deny):
        return None
    return SignedIn(account, opening, direct=not opening.is_owner)


def _split(credentials: Credentials) -> tuple[str, str]:
    """Return the name to sign in with and the mailbox to open, empty for one's own. An authorization identity goes first."""
    name, mailbox = credentials.authentication_identity, credentials.authorization_identity
    if mailbox.casefold() == name.casefold():
        # Some clients always send an authorization identity (RFC 4616 section 2: it may be the authentication identity).
        mailbox = ""
    found = _ACCOUNT_AND_MAILBOX.fullmatch(name)
    return (name, mailbox) if found is None else (f"{found[1]}\\{found[3]}", mailbox or found[4])
