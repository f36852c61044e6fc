"""Commands by name, whose modules are imported when they are first asked for."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module

from delegacy.powershell.metadata import CmdletInfo


class CommandTable(Mapping[str, CmdletInfo]):
    """The declarations of commands by their names in lower case.

    ``modules`` lists, for each module of ``package``, the commands that it holds: classes named like them, without the dash.
    ``declared`` reads the declaration of such a class, once.
    """

    def __init__(
        self, package: str, modules: Mapping[str, Sequence[str]], declared: Callable[[type], CmdletInfo]
    ) -> None:
        self._package = package
        self._declared = declared
        self._spelled = {name.lower(): (name, module) for module, names in modules.items() for name in names}
        self._infos: dict[str, CmdletInfo] = {}

    def __getitem__(self, key: str) -> CmdletInfo:
        known = self._infos.get(key)
        if known is None:
            name, module = self._spelled[key]
            cls: type = getattr(import_module(f"{self._package}.{module}"), name.replace("-", ""))
            known = self._infos[key] = self._declared(cls)
        return known

    def __contains__(self, key: object) -> bool:
        return key in self._spelled

    def __iter__(self) -> Iterator[str]:
        return iter(self._spelled)

    def __len__(self) -> int:
        return len(self._spelled)

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the commands, as they are written."""
        return tuple(name for name, _ in self._spelled.values())
