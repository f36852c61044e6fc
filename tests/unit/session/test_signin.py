import asyncio
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import uuid4

import pytest

from delegacy.domain.account import Account
from delegacy.domain.client_access import ClientProtocol
from delegacy.domain.errors import InvalidInput, StoreUnavailable
from delegacy.domain.ports import Credential
from delegacy.domain.sid import Sid
from delegacy.session.signin import LONGEST_NAME, LONGEST_PASSWORD, Argon2Passwords, SignIn, SignInDenial, Throttle
from support.commands import PlainPasswords, SteadyClock

HERE = "192.0.2.7"
ELSEWHERE = "198.51.100.1"
TERRY = Account(
    id=1,
    guid=uuid4(),
    sid=Sid("S-1-5-21-1-2-3-1104"),
    logon_name="CONTOSO\\terrya",
    display_name="Terry Adams",
    user_principal_name="terrya@contoso.com",
)


@dataclass
class Names:
    """Knows Terry, by any name that begins with hers; nobody can read the directory while it is away."""

    credential_of_terry: Credential = field(default_factory=lambda: Credential(TERRY, "hash of secret", disabled=False))
    away: bool = False
    asked: int = 0

    def credential(self, name: str) -> Credential | None:
        self.asked += 1
        if self.away:
            raise StoreUnavailable("The database is away.")
        return self.credential_of_terry if name.lower().startswith("terrya") else None

    def switched_off(self, account: Account) -> frozenset[ClientProtocol]:
        return self.credential_of_terry.switched_off if account == TERRY else frozenset()


@dataclass
class Guesses(PlainPasswords):
    """Counts how many passwords are looked at."""

    verified: list[str] = field(default_factory=list)

    def verify(self, password_hash: str, password: str) -> bool:
        self.verified.append(password)
        return super().verify(password_hash, password)


@dataclass
class Door:
    names: Names = field(default_factory=Names)
    passwords: Guesses = field(default_factory=Guesses)
    clock: SteadyClock = field(default_factory=SteadyClock)

    def __post_init__(self) -> None:
        self.sign_in = SignIn(self.names, self.passwords, self.clock)

    def knock(self, name: str, password: str, origin: str = HERE) -> Account | SignInDenial:
        return asyncio.run(self.sign_in.authenticate(name, password, origin, over=ClientProtocol.SMTP))

    def fail(self, times: int, name: str = "terrya", origin: str = HERE) -> list[SignInDenial]:
        answers = [self.knock(name, "wrong", origin) for _ in range(times)]
        return [answer for answer in answers if isinstance(answer, SignInDenial)]


@pytest.fixture
def door() -> Door:
    return Door()


def test_a_wrong_password_and_a_wrong_name_are_refused_alike_and_cost_the_same(door: Door) -> None:
    assert door.knock("terrya", "wrong") is SignInDenial.WRONG_NAME_OR_PASSWORD
    assert door.knock("nobody", "wrong") is SignInDenial.WRONG_NAME_OR_PASSWORD
    assert door.passwords.verified == ["wrong", "wrong"]


@pytest.mark.parametrize("password", ["", "x" * (LONGEST_PASSWORD + 1)])
def test_a_password_that_nobody_has_is_not_looked_at(door: Door, password: str) -> None:
    assert door.knock("terrya", password) is SignInDenial.WRONG_NAME_OR_PASSWORD
    assert door.passwords.verified == []


def test_a_name_that_nobody_has_is_not_looked_for(door: Door) -> None:
    assert door.knock("terrya" * LONGEST_NAME, "secret") is SignInDenial.WRONG_NAME_OR_PASSWORD
    assert door.names.asked == 0


def test_an_account_without_a_password_signs_in_with_none(door: Door) -> None:
    door.names.credential_of_terry = replace(door.names.credential_of_terry, password_hash="")
    assert door.knock("terrya", "secret") is SignInDenial.WRONG_NAME_OR_PASSWORD
    assert door.knock("terrya", "nobody's") is SignInDenial.WRONG_NAME_OR_PASSWORD


def test_a_disabled_account_is_told_apart_only_with_its_password(door: Door) -> None:
    door.names.credential_of_terry = replace(door.names.credential_of_terry, disabled=True)
    assert door.knock("terrya", "wrong") is SignInDenial.WRONG_NAME_OR_PASSWORD
    assert door.knock("terrya", "secret") is SignInDenial.ACCOUNT_DISABLED


def test_the_right_password_signs_in(door: Door) -> None:
    assert door.knock("terrya@contoso.com", "secret") == TERRY


def test_after_five_failures_a_name_waits_longer_and_longer(door: Door) -> None:
    assert set(door.fail(5)) == {SignInDenial.WRONG_NAME_OR_PASSWORD}
    assert door.knock("terrya", "secret") is SignInDenial.TOO_MANY_FAILURES
    assert door.knock("TerryA", "secret") is SignInDenial.TOO_MANY_FAILURES
    assert len(door.passwords.verified) == 5
    door.clock.time += timedelta(seconds=2)
    assert door.fail(1) == [SignInDenial.WRONG_NAME_OR_PASSWORD]
    door.clock.time += timedelta(seconds=3)
    assert door.knock("terrya", "secret") is SignInDenial.TOO_MANY_FAILURES
    door.clock.time += timedelta(seconds=1)
    assert door.knock("terrya", "secret") == TERRY
    assert set(door.fail(5)) == {SignInDenial.WRONG_NAME_OR_PASSWORD}


def test_somebody_who_guesses_keeps_the_owner_out_nowhere_else(door: Door) -> None:
    door.fail(30)
    assert door.knock("terrya", "secret") is SignInDenial.TOO_MANY_FAILURES
    assert door.knock("terrya", "secret", ELSEWHERE) == TERRY


def test_one_peer_has_thirty_failures_whatever_the_names(door: Door) -> None:
    for number in range(30):
        assert door.knock(f"nobody{number}", "wrong") is SignInDenial.WRONG_NAME_OR_PASSWORD
    assert door.knock("terrya", "secret") is SignInDenial.TOO_MANY_FAILURES


def test_one_site_is_one_peer_whatever_its_addresses(door: Door) -> None:
    for number in range(30):
        assert door.knock("nobody" * number, "wrong", f"2001:db8::{number:x}") is SignInDenial.WRONG_NAME_OR_PASSWORD
    assert door.knock("terrya", "secret", "2001:db8::ffff") is SignInDenial.TOO_MANY_FAILURES
    assert door.knock("terrya", "secret", "2001:db8:0:1::1") == TERRY


def test_guesses_at_the_same_time_are_counted_as_if_they_came_one_by_one(door: Door) -> None:
    async def guess() -> list[Account | SignInDenial]:
        guesses = [
            door.sign_in.authenticate("terrya", f"guess {number}", HERE, over=ClientProtocol.IMAP)
            for number in range(50)
        ]
        return list(await asyncio.gather(*guesses))

    answers = asyncio.run(guess())
    assert (
        answers.count(SignInDenial.WRONG_NAME_OR_PASSWORD) <= 6
    )  # five, and one that is being looked at beside the fifth
    assert len(door.passwords.verified) <= 6


def test_an_hour_later_failures_are_forgotten(door: Door) -> None:
    door.fail(5)
    door.clock.time += timedelta(hours=1, seconds=1)
    assert set(door.fail(5)) == {SignInDenial.WRONG_NAME_OR_PASSWORD}


def test_a_directory_that_is_away_refuses_and_counts_nothing(door: Door) -> None:
    door.names.away = True
    for _ in range(10):
        assert door.knock("terrya", "secret") is SignInDenial.STORE_UNAVAILABLE
    door.names.away = False
    assert door.knock("terrya", "secret") == TERRY


def test_the_throttle_keeps_no_more_than_it_can() -> None:
    throttle = Throttle(SteadyClock())
    for number in range(30_000):
        throttle.failed(str(number))
    assert len(throttle._failures) == 20_000
    assert not throttle.must_wait("0", 1)
    assert throttle.must_wait("29999", 1)


@pytest.mark.parametrize("password", ["secret", "ключ", "\N{GRINNING FACE}", "\0"])
def test_a_hash_is_salted_and_fits_its_password_alone(password: str) -> None:
    passwords = Argon2Passwords()
    first, second = passwords.hash(password), passwords.hash(password)
    assert first != second
    assert first.startswith("$argon2id$")
    assert passwords.verify(first, password)
    assert not passwords.verify(first, f"{password} ")


@pytest.mark.parametrize("password_hash", ["", "secret", "$argon2id$v=19$m=65536,t=3,p=4$AAAA$AAAA", "$1$ab$cd"])
def test_what_is_no_hash_fits_nothing(password_hash: str) -> None:
    assert not Argon2Passwords().verify(password_hash, "secret")


def test_text_that_no_encoding_holds_is_no_password() -> None:
    passwords = Argon2Passwords()
    with pytest.raises(InvalidInput):
        passwords.hash("\ud800")
    assert not passwords.verify(passwords.hash("secret"), "\ud800")


def test_a_protocol_that_is_switched_off_is_refused_with_the_right_password_and_counted_like_a_wrong_one(
    door: Door,
) -> None:
    door.names.credential_of_terry = replace(
        door.names.credential_of_terry, switched_off=frozenset({ClientProtocol.SMTP})
    )
    assert [door.knock("terrya", "secret") for _ in range(5)] == [SignInDenial.PROTOCOL_SWITCHED_OFF] * 5
    assert door.knock("terrya", "secret") is SignInDenial.TOO_MANY_FAILURES
    assert door.knock("terrya", "wrong", ELSEWHERE) is SignInDenial.WRONG_NAME_OR_PASSWORD
    assert not asyncio.run(door.sign_in.is_admitted(TERRY, ClientProtocol.SMTP))
    assert asyncio.run(door.sign_in.is_admitted(TERRY, ClientProtocol.IMAP))


def test_another_protocol_is_not_concerned(door: Door) -> None:
    door.names.credential_of_terry = replace(
        door.names.credential_of_terry, switched_off=frozenset({ClientProtocol.IMAP})
    )
    assert door.knock("terrya", "secret") == TERRY
