"""Hypothesis strategies for commands about the objects of ``worlds_at_random``: grants, removals, members, and what hides and disables."""

from typing import Final

from hypothesis import strategies as st

from support.spec.worlds_at_random import TARGETS

PEOPLE: Final = ["Terry Adams", "Ayla Kol", "Jim Hance", "Robin Wood", "Paula Reiter"]
GROUPS: Final = ["Alpha", "Beta", "Gamma", "Delta", "Epsilon"]
MAILBOXES: Final = ["Terry Adams", "Ayla Kol", "Helpdesk Tickets"]

_anybody: Final = st.sampled_from([*PEOPLE, *GROUPS, "Everyone"])
_listed: Final = st.sampled_from(["Terry Adams", "Ayla Kol", "Jim Hance", *GROUPS])
_mailboxes: Final = st.sampled_from(MAILBOXES)
_deny: Final = st.sampled_from(["", "", " -Deny"])
_switch: Final = st.sampled_from(["$true", "$false"])
commands: Final = st.one_of(
    st.tuples(_mailboxes, _anybody, _deny).map(
        lambda t: f"Add-MailboxPermission '{t[0]}' -User '{t[1]}' -AccessRights FullAccess{t[2]}"
    ),
    st.tuples(_mailboxes, _anybody, _deny).map(
        lambda t: f"Remove-MailboxPermission '{t[0]}' -User '{t[1]}' -AccessRights FullAccess{t[2]}"
    ),
    st.tuples(st.sampled_from(TARGETS), _anybody, _deny).map(
        lambda t: f"Add-ADPermission '{t[0]}' -User '{t[1]}' -ExtendedRights 'Send As'{t[2]}"
    ),
    st.tuples(st.sampled_from(TARGETS), _anybody, _deny).map(
        lambda t: f"Remove-ADPermission '{t[0]}' -User '{t[1]}' -ExtendedRights 'Send As'{t[2]}"
    ),
    st.tuples(_mailboxes, _listed).map(lambda t: f"Set-Mailbox '{t[0]}' -GrantSendOnBehalfTo '{t[1]}'"),
    st.tuples(st.sampled_from(GROUPS), st.sampled_from([*PEOPLE, *GROUPS])).map(
        lambda t: f"Add-ADGroupMember {t[0]} -Members '{t[1]}'"
    ),
    st.tuples(st.sampled_from(GROUPS), st.sampled_from([*PEOPLE, *GROUPS])).map(
        lambda t: f"Remove-ADGroupMember {t[0]} -Members '{t[1]}'"
    ),
    st.tuples(_mailboxes, _switch).map(lambda t: f"Set-Mailbox '{t[0]}' -HiddenFromAddressListsEnabled {t[1]}"),
    st.tuples(st.sampled_from(["Terry Adams", "Ayla Kol"]), _switch).map(
        lambda t: f"Set-Mailbox '{t[0]}' -AccountDisabled {t[1]}"
    ),
    st.sampled_from(["Deny", "Allow"]).map(lambda value: f"Set-OrganizationConfig -HiddenMailboxDelegation {value}"),
    _mailboxes.map(lambda name: f"Disable-Mailbox '{name}'"),
    _mailboxes.map(lambda name: f"Remove-Mailbox '{name}'"),
    st.sampled_from(GROUPS).map(lambda name: f"Remove-DistributionGroup {name}"),
    _mailboxes.map(lambda name: f"Set-Mailbox '{name}' -Type Shared"),
    st.just("Set-Mailbox robinwood@contoso.com -LinkedMasterAccount $null"),
    _mailboxes.map(lambda name: f"Remove-MailboxPermission '{name}' -ResetDefault"),
)
