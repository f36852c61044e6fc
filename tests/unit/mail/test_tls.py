import os
import ssl
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from delegacy.mail.tls import ServerCertificates, UnusableCertificate
from support.mail_world import SteppingClock

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock(NOW)


def certificate_in(folder: Path, name: str = "server.pem") -> x509.Certificate:
    return x509.load_pem_x509_certificate((folder / name).read_bytes())


def names_in(folder: Path) -> set[str]:
    names = certificate_in(folder).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {str(name.value) for name in names}


def test_the_first_start_makes_an_authority_and_a_certificate(tmp_path: Path, clock: SteppingClock) -> None:
    folder = tmp_path / "tls"
    certificates = ServerCertificates(folder, ["Mail.contoso.com", "192.0.2.1", ""], clock)
    assert certificates.ca == folder / "ca.pem"
    assert names_in(folder) == {"localhost", "127.0.0.1", "::1", "mail.contoso.com", "192.0.2.1"}
    certificate_in(folder).verify_directly_issued_by(certificate_in(folder, "ca.pem"))
    assert certificates.context.minimum_version == ssl.TLSVersion.TLSv1_2


def test_keys_are_for_the_owner_alone(tmp_path: Path, clock: SteppingClock) -> None:
    before = os.umask(0)
    try:
        ServerCertificates(tmp_path / "tls", [], clock)
    finally:
        os.umask(before)
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "tls").iterdir()}
    assert modes == {"ca.pem": 0o644, "ca-key.pem": 0o600, "server.pem": 0o600}
    assert stat.S_IMODE((tmp_path / "tls").stat().st_mode) == 0o700


def test_a_second_start_keeps_both(tmp_path: Path, clock: SteppingClock) -> None:
    ServerCertificates(tmp_path, ["a.example"], clock)
    before = certificate_in(tmp_path), certificate_in(tmp_path, "ca.pem")
    ServerCertificates(tmp_path, ["a.example"], clock)
    assert (certificate_in(tmp_path), certificate_in(tmp_path, "ca.pem")) == before


def test_other_hosts_need_another_certificate_of_the_same_authority(tmp_path: Path, clock: SteppingClock) -> None:
    ServerCertificates(tmp_path, ["a.example"], clock)
    authority = certificate_in(tmp_path, "ca.pem")
    ServerCertificates(tmp_path, ["b.example"], clock)
    assert "b.example" in names_in(tmp_path)
    assert certificate_in(tmp_path, "ca.pem") == authority


def test_a_certificate_is_renewed_before_it_ends(tmp_path: Path, clock: SteppingClock) -> None:
    certificates = ServerCertificates(tmp_path, [], clock)
    first = certificate_in(tmp_path)
    clock.moment = first.not_valid_after_utc - timedelta(days=31)
    certificates.refresh()
    assert certificate_in(tmp_path) == first
    clock.moment = first.not_valid_after_utc - timedelta(days=29)
    certificates.refresh()
    renewed = certificate_in(tmp_path)
    assert renewed.not_valid_after_utc > clock.moment + timedelta(days=300)
    renewed.verify_directly_issued_by(certificate_in(tmp_path, "ca.pem"))


def test_an_authority_is_renewed_while_it_can_sign_for_a_whole_life(tmp_path: Path, clock: SteppingClock) -> None:
    ServerCertificates(tmp_path, [], clock)
    first = certificate_in(tmp_path, "ca.pem")
    clock.moment = first.not_valid_after_utc - timedelta(days=396)
    ServerCertificates(tmp_path, [], clock)
    assert certificate_in(tmp_path, "ca.pem") != first
    certificate_in(tmp_path).verify_directly_issued_by(certificate_in(tmp_path, "ca.pem"))


@pytest.mark.parametrize("name", ["ca.pem", "ca-key.pem", "server.pem"])
@pytest.mark.parametrize(
    "content", [None, b"", b"no certificate", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_what_is_missing_or_damaged_is_made_anew(
    tmp_path: Path, clock: SteppingClock, name: str, content: bytes | None
) -> None:
    ServerCertificates(tmp_path, [], clock)
    if content is None:
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_bytes(content)
    ServerCertificates(tmp_path, [], clock)
    certificate_in(tmp_path).verify_directly_issued_by(certificate_in(tmp_path, "ca.pem"))


def test_a_key_of_another_certificate_does_not_fit(tmp_path: Path, clock: SteppingClock) -> None:
    ServerCertificates(tmp_path / "one", [], clock)
    ServerCertificates(tmp_path / "two", [], clock)
    (tmp_path / "one" / "ca-key.pem").write_bytes((tmp_path / "two" / "ca-key.pem").read_bytes())
    before = certificate_in(tmp_path / "one", "ca.pem")
    ServerCertificates(tmp_path / "one", [], clock)
    assert certificate_in(tmp_path / "one", "ca.pem") != before


def test_configured_certificates_are_used_and_taken_up_when_replaced(tmp_path: Path, clock: SteppingClock) -> None:
    ServerCertificates(tmp_path / "own", [], clock)
    file = tmp_path / "own" / "server.pem"
    configured = ServerCertificates(tmp_path / "unused", [], clock, (file, file))
    assert configured.ca is None
    assert not (tmp_path / "unused").exists()
    file.write_bytes(b"no certificate")
    os.utime(file, ns=(1, 1))
    with pytest.raises(UnusableCertificate):
        configured.refresh()


def test_a_configured_certificate_that_cannot_be_used_is_an_error(tmp_path: Path, clock: SteppingClock) -> None:
    with pytest.raises(UnusableCertificate):
        ServerCertificates(tmp_path, [], clock, (tmp_path / "missing.pem", tmp_path / "missing.key"))
