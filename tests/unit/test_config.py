import ipaddress
from pathlib import Path

import pytest

from delegacy.config import InvalidConfiguration, LogFormat, Settings, SmarthostSecurity, keys, load_settings, variable


def write(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "delegacy.toml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    "text",
    [
        'hots = "0.0.0.0"',
        "[imap]\nprot = 993",
        "[imap]\nport = -1",
        "[imap]\nport = 65536",
        "[imap]\nport = 1.0",
        "[smarthost]\nport = 0",
        "[limits]\nmessage_size = 0",
        "[limits]\nconnections = 99999999999",
        'database = "sqlite:///x.db"',
        '[log]\nlevel = "notset"',
        '[log]\nlevel = ["info"]',
        "[imap]\nport = true",
        '[imap]\nport = "many"',
        "host = 7",
        'host = ""',
        'host = "127.0.0.1 0.0.0.0"',
        'server_name = "mail server"',
        'server_name = "mail.contoso.com\\r\\nforged"',
        'server_name = "-"',
        '[smtp]\ntrusted_networks = ["192.0.2.0/99"]',
        "[smtp]\ntrusted_networks = 7",
        '[smarthost]\nsecurity = "some"',
        '[tls]\ncertificate = "/etc/ssl/chain.pem"',
        '[smarthost]\nusername = "relay"',
        '[smarthost]\nhost = "relay.example"\nsecurity = "none"',
        '[smarthost]\nhost = "192.0.2.1"\nsecurity = "none"',
        '[shell]\ndrives = "C"',
        '[shell]\ndrives = { CC = "/srv" }',
        '[shell]\ndrives = { C = "exports" }',
        "[shell]\ndrives = { C = 7 }",
        "[shell]\ndrives = 7",
        "[imap",
        "[imap]\n[imap.more]\nport = 1",
    ],
)
def test_a_file_with_a_mistake_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InvalidConfiguration):
        load_settings(write(tmp_path, text), {}, {})


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost", "LOCALHOST", ""])
def test_a_smarthost_on_loopback_needs_no_protection(host: str) -> None:
    settings = load_settings(None, {}, {"smarthost.host": host, "smarthost.security": "none"})
    assert settings.smarthost_security is SmarthostSecurity.NONE


def test_a_database_that_is_wrong_is_not_repeated() -> None:
    with pytest.raises(InvalidConfiguration) as refused:
        load_settings(None, {"DELEGACY_DATABASE": "mysql://delegacy:hunter2@host/name"}, {})
    assert "hunter2" not in refused.value.message


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfiguration):
        load_settings(tmp_path / "none.toml", {}, {})


def test_an_unknown_variable_is_refused() -> None:
    with pytest.raises(InvalidConfiguration):
        load_settings(None, {"DELEGACY_IMAP_PROT": "993"}, {})


def test_variables_of_others_are_left_alone() -> None:
    assert load_settings(None, {"HOME": "/root", "DELEGACY_DEMO_PASSWORD": "x"}, {}) == Settings()


def test_flags_win_over_variables_and_variables_over_the_file(tmp_path: Path) -> None:
    file = write(tmp_path, 'host = "192.0.2.1"\n[imap]\nport = 1\n[smtp]\nport = 1')
    settings = load_settings(
        file, {"DELEGACY_IMAP_PORT": "2", "DELEGACY_SMTP_PORT": "2"}, {"smtp.port": 3, "host": None}
    )
    assert (settings.host, settings.imap_port, settings.smtp_port) == ("192.0.2.1", 2, 3)


def test_values_get_their_types(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        '[smtp]\ntrusted_networks = ["192.0.2.0/24"]\nallow_local_header_from = true\n'
        '[smarthost]\nsecurity = "implicit"\n[log]\nformat = "json"',
    )
    settings = load_settings(file, {"DELEGACY_DATA": "/srv/delegacy"}, {})
    assert settings.smtp_trusted_networks == (ipaddress.ip_network("192.0.2.0/24"),)
    assert settings.smtp_allow_local_header_from is True
    assert settings.smarthost_security is SmarthostSecurity.IMPLICIT
    assert settings.log_format is LogFormat.JSON
    assert settings.data == Path("/srv/delegacy")


def test_every_setting_can_come_from_a_variable() -> None:
    assert len({variable(key) for key in keys()}) == len(keys())
    assert all(field.metadata["help"] for field in keys().values())


def test_drives_are_a_table_or_pairs(tmp_path: Path) -> None:
    wanted = (("C", Path("/srv/exports")), ("D", Path("/mnt")))
    file = write(tmp_path, '[shell.drives]\nc = "/srv/exports"\nD = "/mnt"')
    assert load_settings(file, {}, {}).shell_drives == wanted
    assert load_settings(None, {"DELEGACY_SHELL_DRIVES": "C=/srv/exports, d=/mnt"}, {}).shell_drives == wanted
