"""The page of roles."""

from collections.abc import Iterable, Iterator, Mapping

from delegacy.domain.identity import fold
from delegacy.domain.rbac import ManagementRole, RoleEntry
from delegacy.domain.role_catalogue import BUILT_IN_ROLES, DEFAULT_POLICY_ROLES, ROLE_GROUPS
from delegacy.powershell.metadata import CmdletInfo
from delegacy.reference.markdown import bullets, code, page, table
from delegacy.session.declarations import declared_cmdlets


def roles_page() -> str:
    """Return the page."""
    cmdlets = {fold(info.name): info for info in declared_cmdlets()}
    held = {role.name: list(_entries(role, cmdlets)) for role in BUILT_IN_ROLES.values()}
    return page(
        "Roles",
        "Who may run which cmdlet, with which parameters. Roles are given to role groups, to people, and by the default policy to everybody "
        "with a mailbox. A role that is listed in a group and not below holds no cmdlet that this product has.",
        "## Role groups",
        table(
            ("Role group", "Members may", "Roles", "For reading", "To be passed on"),
            (
                (
                    group.name,
                    group.description,
                    _names(group.roles, held),
                    _names(group.view_only, held),
                    _names(group.delegating, held),
                )
                for group in ROLE_GROUPS
            ),
        ),
        "## Everybody with a mailbox",
        bullets(name for name in DEFAULT_POLICY_ROLES if held.get(name)),
        "## Entries",
        *(
            "\n\n".join(filter(None, [f"### {role.name}", role.description, ", ".join(held[role.name]) + "."]))
            for role in BUILT_IN_ROLES.values()
            if held[role.name]
        ),
    )


def _names(names: Iterable[str], held: Mapping[str, list[str]]) -> str:
    return ", ".join(name for name in names if held.get(name))


def _entries(role: ManagementRole, cmdlets: Mapping[str, CmdletInfo]) -> Iterator[str]:
    for key, entry in sorted(role.entries.items()):
        if key in cmdlets:
            yield _entry(entry, cmdlets[key])


def _entry(entry: RoleEntry, info: CmdletInfo) -> str:
    spelled = {fold(parameter.name): f"-{parameter.name}" for parameter in info.parameters}
    text = f"[{info.name}](cmdlets/{info.name}.md)"
    if entry.parameters is not None:
        text += f" with {', '.join(code(spelled[name]) for name in sorted(entry.parameters & spelled.keys()))} only"
    if excluded := sorted(entry.excluded & spelled.keys()):
        text += f" without {', '.join(code(spelled[name]) for name in excluded)}"
    return text
