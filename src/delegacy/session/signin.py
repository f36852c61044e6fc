"""Who is this: sign-in names, passwords, and a throttle on guessing."""

import asyncio
import logging
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

import argon2

from delegacy.domain.account import Account
from delegacy.domain.client_access import ClientProtocol
from delegacy.domain.errors import InvalidInput, StoreError
from delegacy.domain.network import network_of
from delegacy.domain.ports import Clock, Credential, PasswordHasher, SignInNames

_log = logging.getLogger(__name__)

LONGEST_PASSWORD: Final = 1024
"""Characters. A longer one is refused unread, so that nobody makes us hash megabytes."""
LONGEST_NAME: Final = 512

_FREE_FAILURES: Final = 5
_FREE_FAILURES_OF_NETWORK: Final = 30
_FIRST_WAIT: Final = timedelta(seconds=2)
_LONGEST_WAIT: Final = timedelta(minutes=15)
_MEMORY: Final = timedelta(hours=1)
_TRACKED: Final = 20_000
_HASHES_AT_ONCE: Final = 2


class SignInDenial(Enum):
    """Why somebody is not signed in. What a client is told is the same for all of them."""

    WRONG_NAME_OR_PASSWORD = "the name or the password is wrong"  # noqa: S105 - a reason, not a secret
    ACCOUNT_DISABLED = "the account is disabled"
    PROTOCOL_SWITCHED_OFF = "the protocol is switched off for the account's mailbox"
    TOO_MANY_FAILURES = "too many failures; wait"
    STORE_UNAVAILABLE = "the directory cannot be read"


_GUESSES: Final = (
    SignInDenial.WRONG_NAME_OR_PASSWORD,
    SignInDenial.ACCOUNT_DISABLED,
    SignInDenial.PROTOCOL_SWITCHED_OFF,
)
"""What counts as a guess: where the right password is refused too, counting must not tell the difference."""


class Argon2Passwords:
    """argon2id with the library's parameters, which follow RFC 9106 section 4 (second recommended option)."""

    def __init__(self) -> None:
        self._hasher = argon2.PasswordHasher()

    def hash(self, password: str) -> str:
        """Return a salted hash. Raises ``InvalidInput`` for text that is no Unicode."""
        try:
            return self._hasher.hash(password)
        except UnicodeEncodeError:
            raise InvalidInput("The password has a character that can't be stored.") from None

    def verify(self, password_hash: str, password: str) -> bool:
        """Tell whether the password is the one that was hashed."""
        try:
            self._hasher.verify(password_hash, password)
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError, UnicodeEncodeError):
            return False
        return True


@dataclass(slots=True)
class _Failures:
    count: int
    last: datetime


class Throttle:
    """Counts failures by key, and makes a key wait twice as long after each one beyond the free ones; bounded in size."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failures: OrderedDict[str, _Failures] = OrderedDict()

    def must_wait(self, key: str, free: int) -> bool:
        """Tell whether ``key`` has failed so often that it may not try now."""
        failures = self._failures.get(key)
        if failures is None or failures.count < free:
            return False
        wait = min(_FIRST_WAIT * (1 << min(failures.count - free, 20)), _LONGEST_WAIT)
        return self._clock.now() < failures.last + wait

    def failed(self, key: str) -> None:
        """Count a failure."""
        now = self._clock.now()
        failures = self._failures.pop(key, None)
        if failures is None or now - failures.last > _MEMORY:
            failures = _Failures(0, now)
        failures.count += 1
        failures.last = now
        self._failures[key] = failures
        while len(self._failures) > _TRACKED:
            self._failures.popitem(last=False)

    def succeeded(self, key: str) -> None:
        """Forget the failures of ``key``."""
        self._failures.pop(key, None)


class SignIn:
    """Checks a name and a password. The names are the same on every surface: UPN, primary address, ``DOMAIN\\account``."""

    def __init__(self, names: SignInNames, passwords: PasswordHasher, clock: Clock) -> None:
        self._names = names
        self._passwords = passwords
        self._throttle = Throttle(clock)
        self._hashing = asyncio.Semaphore(_HASHES_AT_ONCE)
        self._nobodys_hash = ""

    async def authenticate(
        self, name: str, password: str, origin: str, *, over: ClientProtocol
    ) -> Account | SignInDenial:
        """Return the account that ``name`` and ``password`` sign in, or why they do not.

        ``origin`` is the peer's address, ``over`` the protocol that he speaks.

        A name that is nobody's takes as long as a wrong password. Failures are counted for the name at this origin and for the
        origin, an IPv6 site as one; a disabled account with the right password is refused all the same, and one whose mailbox is closed to
        the protocol.
        """
        network = network_of(origin)
        at_network = f"{name.casefold()[:LONGEST_NAME]}\0{network}"
        if self._must_wait(at_network, network):
            return self._refuse(name, origin, SignInDenial.TOO_MANY_FAILURES)
        async with self._hashing:
            result = await self._checked(name, password, at_network, network, over)
            if isinstance(result, Account):
                self._throttle.succeeded(at_network)
                _log.info("signed in", extra={"account": result.logon_name, "origin": origin})
                return result
            if result in _GUESSES:
                self._throttle.failed(at_network)
                self._throttle.failed(network)
        return self._refuse(name, origin, result)

    async def is_admitted(self, account: Account, over: ClientProtocol) -> bool:
        """Tell whether somebody who has signed in could still do so over this protocol. Raises ``StoreError``."""
        return over not in await asyncio.to_thread(self._names.switched_off, account)

    async def _checked(
        self, name: str, password: str, at_network: str, network: str, over: ClientProtocol
    ) -> Account | SignInDenial:
        if self._must_wait(
            at_network, network
        ):  # again: of guesses at the same time, earlier ones have been counted by now
            return SignInDenial.TOO_MANY_FAILURES
        if not password or len(password) > LONGEST_PASSWORD or len(name) > LONGEST_NAME:
            return SignInDenial.WRONG_NAME_OR_PASSWORD
        return await asyncio.to_thread(self._verify, name, password, over)

    def _must_wait(self, at_network: str, network: str) -> bool:
        throttle = self._throttle
        return throttle.must_wait(at_network, _FREE_FAILURES) or throttle.must_wait(network, _FREE_FAILURES_OF_NETWORK)

    def _verify(self, name: str, password: str, over: ClientProtocol) -> Account | SignInDenial:
        try:
            credential = self._names.credential(name)
        except StoreError:
            _log.exception("sign-in could not read the directory")
            return SignInDenial.STORE_UNAVAILABLE
        if not self._password_fits(credential, password) or credential is None:
            return SignInDenial.WRONG_NAME_OR_PASSWORD
        if credential.disabled:
            return SignInDenial.ACCOUNT_DISABLED
        if over in credential.switched_off:
            return SignInDenial.PROTOCOL_SWITCHED_OFF
        return credential.account

    def _password_fits(self, credential: Credential | None, password: str) -> bool:
        if credential is not None and credential.password_hash:
            return self._passwords.verify(credential.password_hash, password)
        if not self._nobodys_hash:
            self._nobodys_hash = self._passwords.hash("nobody's")
        self._passwords.verify(self._nobodys_hash, password)
        return False

    @staticmethod
    def _refuse(name: str, origin: str, denial: SignInDenial) -> SignInDenial:
        _log.warning("sign-in refused", extra={"account": name[:64], "origin": origin, "reason": denial.value})
        return denial
