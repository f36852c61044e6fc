"""Who a message says it is from."""

from dataclasses import dataclass

from delegacy.domain.address import SmtpAddress


@dataclass(frozen=True, slots=True)
class NamedAddress:
    """An address with a display name, as one plain mailbox of a header field (RFC 5322 section 3.4) holds it.

    ``display_name`` is decoded. ``quoted_addresses`` are the addresses that stand in the display name and that a reader may take for
    the author's (``"ceo@contoso.com" <carol@contoso.com>``); who decides about the address decides about them too.
    """

    address: SmtpAddress
    display_name: str = ""
    quoted_addresses: tuple[SmtpAddress, ...] = ()


@dataclass(frozen=True, slots=True)
class MessageIdentity:
    """The identities of a message, each for itself; the submitter, who is none of them, is known from the sign-in.

    ``envelope_sender`` is the reverse-path of RFC 5321, None for the null one (``<>``); ``header_from`` and ``header_sender`` the fields
    of RFC 5322 section 3.6.2; ``resent_from`` and ``resent_sender`` those of section 3.6.6, of every resent block.
    """

    envelope_sender: SmtpAddress | None
    header_from: NamedAddress
    header_sender: NamedAddress | None = None
    resent_from: tuple[NamedAddress, ...] = ()
    resent_sender: tuple[NamedAddress, ...] = ()
