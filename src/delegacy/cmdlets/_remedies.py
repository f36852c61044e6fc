"""The commands that take the steps which would turn a decision round, ready to be run: built as trees, and printed."""

from collections.abc import Iterable, Iterator
from types import MappingProxyType
from typing import Final

from delegacy.domain.recipient import MAIL_GROUPS, MAILBOXES, Recipient, RecipientTypeDetails
from delegacy.domain.rights import DirectoryRight, ExtendedRight, MailboxRight, Permission
from delegacy.domain.sid import WELL_KNOWN
from delegacy.policy.questions import (
    EnableAccount,
    GrantPermission,
    LeaveGroup,
    LeaveList,
    Remedy,
    RemoveEntry,
    ShowInAddressLists,
)
from delegacy.powershell.printer import print_tree
from delegacy.powershell.syntax import (
    ArrayLiteral,
    Command,
    Expression,
    ExpressionElement,
    HashtableExpression,
    ParameterArgument,
    Pipeline,
    Text,
    Variable,
)

_T: Final = RecipientTypeDetails
_FALSE: Final = Variable("false")
_SEND_AS: Final = Text("Send As")
_SETTING: Final = MappingProxyType(
    dict.fromkeys(MAILBOXES, "Set-Mailbox")
    | dict.fromkeys(MAIL_GROUPS, "Set-DistributionGroup")
    | {_T.DYNAMIC_DISTRIBUTION_GROUP: "Set-DynamicDistributionGroup", _T.MAIL_USER: "Set-MailUser"}
)

_Argument = Expression | None


def commands_for(steps: Iterable[Remedy]) -> tuple[str, ...]:
    """Return the commands that take these steps, in order."""
    return tuple(print_tree(command) for step in steps for command in _commands(step))


def _commands(step: Remedy) -> Iterator[Command]:
    match step:
        case EnableAccount(account):
            yield _command("Set-Mailbox", Identity=_name(account), AccountDisabled=_FALSE)
        case ShowInAddressLists(target):
            yield _setting(target, HiddenFromAddressListsEnabled=_FALSE)
        case LeaveGroup(member, group):
            yield _leaving(member, group)
        case LeaveList(target, delegate):
            yield _setting(target, GrantSendOnBehalfTo=_change_of_list("Remove", delegate))
        case RemoveEntry():
            yield from _removing_entry(step)
        case GrantPermission(Permission.SEND_ON_BEHALF, target, delegate):
            yield _setting(target, GrantSendOnBehalfTo=_change_of_list("Add", delegate))
        case GrantPermission(Permission.FULL_ACCESS, target, delegate, deny):
            full = Text(MailboxRight.FULL_ACCESS.label, bare=True)
            yield _denying(
                _command("Add-MailboxPermission", Identity=_name(target), User=_principal(delegate), AccessRights=full),
                deny=deny,
            )
        case GrantPermission(_, target, delegate, deny):
            yield _denying(
                _command(
                    "Add-ADPermission", Identity=_name(target), User=_principal(delegate), ExtendedRights=_SEND_AS
                ),
                deny=deny,
            )


def _leaving(member: Recipient, group: Recipient) -> Command:
    kind = group.recipient_type_details
    if kind is RecipientTypeDetails.ROLE_GROUP:
        return _removing("Remove-RoleGroupMember", Identity=_name(group), Member=_name(member))
    if kind in MAIL_GROUPS:
        return _removing("Remove-DistributionGroupMember", Identity=_name(group), Member=_name(member))
    return _removing("Remove-ADGroupMember", Identity=_name(group), Members=_name(member))


def _removing_entry(step: RemoveEntry) -> Iterator[Command]:
    named = Text(WELL_KNOWN.get(step.entry.trustee, step.entry.trustee))
    shared = {"Identity": _name(step.target), "User": named if step.trustee is None else _principal(step.trustee)}
    deny = not step.entry.allow
    for kind, cmdlet, parameter in (
        (MailboxRight, "Remove-MailboxPermission", "AccessRights"),
        (DirectoryRight, "Remove-ADPermission", "AccessRights"),
        (ExtendedRight, "Remove-ADPermission", "ExtendedRights"),
    ):
        labels = [Text(right.label, bare=True) for right in sorted(step.entry.rights) if isinstance(right, kind)]
        if labels:
            rights = labels[0] if len(labels) == 1 else ArrayLiteral(tuple(labels))
            yield _denying(_removing(cmdlet, **shared, **{parameter: rights}), deny=deny)


def _setting(target: Recipient, **arguments: Expression) -> Command:
    kind = target.recipient_type_details
    command = _command(_SETTING[kind], Identity=_name(target), **arguments)
    if kind is not _T.ARBITRATION_MAILBOX:
        return command
    return Command(command.name, (*command.arguments, ParameterArgument("Arbitration")))


def _removing(cmdlet: str, **arguments: Expression) -> Command:
    command = _command(cmdlet, **arguments)
    return Command(command.name, (*command.arguments, ParameterArgument("Confirm", _FALSE)))


def _denying(command: Command, *, deny: bool) -> Command:
    return Command(command.name, (*command.arguments, ParameterArgument("Deny"))) if deny else command


def _command(cmdlet: str, **arguments: Expression) -> Command:
    given: list[ParameterArgument | Expression] = []
    for name, value in arguments.items():
        given += [ParameterArgument(name), value]
    return Command(Text(cmdlet, bare=True), tuple(given))


def _change_of_list(change: str, delegate: Recipient) -> HashtableExpression:
    value = Pipeline((ExpressionElement(_name(delegate)),))
    return HashtableExpression(((Text(change, bare=True), value),))


def _name(recipient: Recipient) -> Text:
    """Return an identity that no other object has."""
    address = recipient.primary_smtp_address
    return Text(recipient.canonical_name if address is None else str(address))


def _principal(recipient: Recipient) -> Text:
    return Text(recipient.logon_name if recipient.sam_account_name else recipient.canonical_name)
