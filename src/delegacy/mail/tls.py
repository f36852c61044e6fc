"""Certificates: configured ones, or those of a local authority that is made at the first start.

In the directory: ``ca.pem`` is for clients to trust, ``ca-key.pem`` and ``server.pem`` (key and certificate in one file, so that they are replaced
together) are for us alone. What nears its end, does not fit its key or names other hosts is made anew; running services take it up without a
restart.
"""

import asyncio
import contextlib
import ipaddress
import logging
import os
import secrets
import ssl
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from delegacy.domain.errors import InvalidInput
from delegacy.domain.ports import Clock

_log = logging.getLogger(__name__)

CA_FILE: Final = "ca.pem"
_CA_KEY_FILE: Final = "ca-key.pem"
_SERVER_FILE: Final = "server.pem"

_CA_LIFETIME: Final = timedelta(days=3650)
_SERVER_LIFETIME: Final = timedelta(days=397)  # the most that clients accept (CA/Browser Forum BR 6.3.2)
_RENEWAL: Final = timedelta(days=30)
_CLOCK_SKEW: Final = timedelta(hours=1)
_CHECK_EVERY: Final = 12 * 3600.0
_ALWAYS_NAMED: Final = ("localhost", "127.0.0.1", "::1")


class UnusableCertificate(InvalidInput):
    """A configured certificate or key that cannot be read, or that do not belong together."""

    error_id = "UnusableCertificate"


class ServerCertificates:
    """The TLS context of all our services (TLS 1.2 and later), and the authority that clients trust.

    ``configured`` are the certificate chain and the key of the configuration; without them the directory holds our own. ``hosts`` are
    names and addresses that the certificate is for, besides the local ones. Raises ``UnusableCertificate``.
    """

    def __init__(
        self, directory: Path, hosts: Iterable[str], clock: Clock, configured: tuple[Path, Path] | None = None
    ) -> None:
        self._directory = directory
        self._hosts = tuple(dict.fromkeys((*_ALWAYS_NAMED, *(host.lower() for host in hosts if host))))
        self._clock = clock
        self._configured = configured
        self._loaded: tuple[int, ...] = ()
        self.context: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        self.context.options |= ssl.OP_NO_RENEGOTIATION
        self.refresh()

    @property
    def ca(self) -> Path | None:
        """Return the file of the local authority; None with configured certificates."""
        return None if self._configured else self._directory / CA_FILE

    def refresh(self) -> None:
        """Make what is missing or nears its end, and take up what is new on disk. Raises ``UnusableCertificate``."""
        try:
            chain, key = self._configured or self._prepare_own()
        except OSError as error:
            raise UnusableCertificate(
                f"The certificates in {self._directory} can't be made: {error.strerror}.", str(self._directory)
            ) from None
        try:
            stamp = tuple(path.stat().st_mtime_ns for path in (chain, key))
            if stamp == self._loaded:
                return
            self.context.load_cert_chain(chain, key, _no_pass_phrase)
        except (OSError, ssl.SSLError) as error:
            raise UnusableCertificate(
                f"The certificate {chain} with the key {key} can't be used: {error}.", str(chain)
            ) from None
        self._loaded = stamp

    async def keep_current(self) -> None:
        """Refresh twice a day, until cancelled; a failure leaves the certificate in use as it is."""
        while True:
            await asyncio.sleep(_CHECK_EVERY)
            try:
                await asyncio.to_thread(self.refresh)
            except UnusableCertificate:
                _log.exception("certificate not renewed")

    def _prepare_own(self) -> tuple[Path, Path]:
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        now = self._clock.now()
        server = self._directory / _SERVER_FILE
        authority = _read_authority(self._directory, now)
        if authority is None:
            authority = _make_authority(self._directory, now)
            _log.info("certificate authority made", extra={"file": str(self._directory / CA_FILE)})
        if not _is_current(server, authority[0], self._hosts, now):
            _make_server_certificate(server, authority, self._hosts, now)
            _log.info("server certificate made", extra={"hosts": ", ".join(self._hosts)})
        return server, server


def _no_pass_phrase() -> str:
    """Answer OpenSSL, which would ask on the terminal."""
    raise ssl.SSLError("the key has a pass phrase, and nobody is there to type it")


_Authority = tuple[x509.Certificate, ec.EllipticCurvePrivateKey]


def _read_authority(directory: Path, now: datetime) -> _Authority | None:
    """Return the authority in the directory; None if there is none, or none that can still sign for a whole certificate's life."""
    try:
        certificate = x509.load_pem_x509_certificate((directory / CA_FILE).read_bytes())
        key = serialization.load_pem_private_key((directory / _CA_KEY_FILE).read_bytes(), password=None)
    except (OSError, ValueError):
        return None
    fits = isinstance(key, ec.EllipticCurvePrivateKey) and key.public_key() == certificate.public_key()
    if (
        not isinstance(key, ec.EllipticCurvePrivateKey)
        or not fits
        or certificate.not_valid_after_utc < now + _SERVER_LIFETIME
    ):
        return None
    return certificate, key


def _make_authority(directory: Path, now: datetime) -> _Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    # A name of its own, so that a client that trusts two authorities of ours tells them apart.
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Delegacy local authority {secrets.token_hex(4)}")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_SKEW)
        .not_valid_after(now + _CA_LIFETIME)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write(directory / _CA_KEY_FILE, _pem(key), mode=0o600)
    _write(directory / CA_FILE, certificate.public_bytes(serialization.Encoding.PEM), mode=0o644)
    return certificate, key


def _make_server_certificate(file: Path, authority: _Authority, hosts: tuple[str, ...], now: datetime) -> None:
    issuer, issuer_key = authority
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Delegacy")]))
        .issuer_name(issuer.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_SKEW)
        .not_valid_after(now + _SERVER_LIFETIME)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_general_name(host) for host in hosts]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        .sign(issuer_key, hashes.SHA256())
    )
    _write(file, _pem(key) + certificate.public_bytes(serialization.Encoding.PEM), mode=0o600)


def _is_current(file: Path, issuer: x509.Certificate, hosts: tuple[str, ...], now: datetime) -> bool:
    """Tell whether the server's certificate is of this authority, for these hosts, fits its key, and lasts a while yet."""
    try:
        content = file.read_bytes()
        certificate = x509.load_pem_x509_certificate(content)
        key = serialization.load_pem_private_key(content, password=None)
        certificate.verify_directly_issued_by(issuer)
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return False
    return (
        set(names) == {_general_name(host) for host in hosts}
        and key.public_key() == certificate.public_key()
        and certificate.not_valid_before_utc <= now < certificate.not_valid_after_utc - _RENEWAL
    )


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(file: Path, content: bytes, *, mode: int) -> None:
    """Write a file whole or not at all, readable by whom it is for from its first moment."""
    beginning = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    descriptor = os.open(beginning, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        beginning.replace(file)
    except BaseException:
        with contextlib.suppress(OSError):
            beginning.unlink()
        raise
