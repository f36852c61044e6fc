"""Every cmdlet's declaration, for those who describe the product and run nothing."""

from delegacy.cmdlets.registry import CMDLETS, find_cmdlet
from delegacy.powershell.metadata import CmdletInfo


def declared_cmdlets() -> tuple[CmdletInfo, ...]:
    """Return the declaration of every cmdlet, whoever may run it, in the order of their names."""
    found = (find_cmdlet(name) for name in sorted(CMDLETS, key=str.lower))
    return tuple(info for info in found if info is not None)
