"""What the server does by itself to keep the directory tidy: permissions that have ended, and entries of the audit log past their age, go."""

import asyncio
import logging
from types import MappingProxyType
from typing import Final

from delegacy.bootstrap.directory import DirectoryServices
from delegacy.domain.errors import DelegacyError
from delegacy.powershell.errors import PowerShellError
from delegacy.powershell.silent_host import SilentHost
from delegacy.session.caller import Caller
from delegacy.session.runspace import Runspace
from delegacy.session.signin import Argon2Passwords

SYSTEM: Final = "NT AUTHORITY\\SYSTEM"
"""Who the audit log says did it (Administrator audit log structure: Caller)."""
_ORIGIN: Final = "housekeeping"
_EVERY: Final = MappingProxyType({"Remove-ExpiredPermission": 60.0, "Clear-ExpiredAdminAuditLog": 6 * 3600.0})
"""Seconds between two runs. Each cmdlet does so much at once, writes what it did, and nothing when nothing is left to do."""

_log = logging.getLogger(__name__)


class Housekeeping:
    """Runs the cmdlets that remove what has ended, as the system itself: so it is audited as anybody's changes are."""

    def __init__(self, services: DirectoryServices) -> None:
        self._services = services

    async def run(self) -> None:
        """Tidy up at once, and every so often until cancelled."""
        async with asyncio.TaskGroup() as group:
            for cmdlet, wait in _EVERY.items():
                group.create_task(self._keep_running(cmdlet, wait), name=cmdlet)

    def tidy(self, cmdlet: str) -> None:
        """Run a cmdlet until nothing is left for it to do. What fails is told, and tried again the next time."""
        services = self._services
        runspace = Runspace(
            services.store,
            Caller(SYSTEM, _ORIGIN),
            SilentHost(services.clock.now),
            clock=services.clock,
            questions=services.authorizer,
            passwords=Argon2Passwords(),
            usage=services.usage,
        )
        try:
            while done := runspace.invoke(cmdlet):
                _log.info("tidied up", extra={"cmdlet": cmdlet, "objects": len(done)})
        except (DelegacyError, PowerShellError) as error:
            _log.warning("not tidied up", extra={"cmdlet": cmdlet, "reason": str(error)})

    async def _keep_running(self, cmdlet: str, wait: float) -> None:
        while True:
            await asyncio.to_thread(self.tidy, cmdlet)
            await asyncio.sleep(wait)
