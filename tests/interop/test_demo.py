"""The demo organization: who is in it, what is granted, how it starts again, and what it says."""

import json
import os
import re
import shutil
import signal
import smtplib
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest

from delegacy.bootstrap.services import Services, open_services
from delegacy.config import Settings
from delegacy.domain.ports import RecipientQuery
from delegacy.domain.recipient import GROUPS, RECIPIENTS, Recipient, RecipientTypeDetails
from delegacy.domain.recipient_filter import parse_filter
from delegacy.domain.rights import ExtendedRight, MailboxRight
from delegacy.domain.sid import SELF
from support import server as servers
from support.peers import require_program
from support.sources import ROOT

T = RecipientTypeDetails
PEOPLE = {
    "Administrator": "Administrator",
    "Terry Adams": "terrya",
    "Raymond Sam": "raymonds",
    "Esther Valle": "estherv",
    "Jim Hance": "jimh",
    "Ayla Kol": "ayla",
    "Felipe Apodaca": "felipea",
    "Pilar Pinilla": "pilarp",
    "James Alvord": "jamesa",
    "Holly Holt": "hollyh",
    "Sean Chai": "seanc",
    "Sara Davis": "sarad",
}
OTHERS = {
    "Helpdesk": ("helpdesk", T.MAIL_UNIVERSAL_SECURITY_GROUP),
    "Helpdesk Tickets": ("helpdesktickets", T.SHARED_MAILBOX),
    "Helpdesk Support Team": ("helpdesksupport", T.SHARED_MAILBOX),
    "Contoso Executives": ("executives", T.SHARED_MAILBOX),
    "Temporary Assistants": ("tempassistants", T.MAIL_UNIVERSAL_SECURITY_GROUP),
    "Printer Support": ("printersupport", T.MAIL_UNIVERSAL_DISTRIBUTION_GROUP),
    "All Employees": ("allemployees", T.DYNAMIC_DISTRIBUTION_GROUP),
}
CAST = {name: (alias, T.USER_MAILBOX) for name, alias in PEOPLE.items()} | OTHERS
DISCOVERY = "DiscoverySearchMailbox{D919BA05-46A6-415f-80AD-7E09334BB852}"
COME_BY_IMPORT_ONLY = frozenset({T.MAIL_NON_UNIVERSAL_GROUP, T.LINKED_USER})  # no cmdlet makes them, Exchange's neither
HAS_NO_ACCOUNT = frozenset({T.DYNAMIC_DISTRIBUTION_GROUP})


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the data of a demo that was started once and that no test changes."""
    data = tmp_path_factory.mktemp("demo") / "data"
    server = servers.start(data, name="demo")
    assert server.stop() == 0
    return data


@pytest.fixture
def data(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def services(made: Path) -> Iterator[Services]:
    with open_services(Settings(data=made)) as services:
        yield services


def everything(services: Services) -> dict[str, Recipient]:
    with services.store.read() as directory:
        return {obj.name: obj for obj in directory.list(RecipientQuery())}


# ------------------------------------------------------------------------------------------------------------------------ the cast


@pytest.mark.parametrize("name", CAST)
def test_the_cast_is_as_the_page_has_it(services: Services, name: str) -> None:
    alias, kind = CAST[name]
    found = everything(services)[name]
    assert found.recipient_type_details is kind
    assert (found.name, found.display_name, found.alias) == (name, name, alias)
    assert str(found.primary_smtp_address) == f"{alias.lower()}@contoso.com"
    assert (found.domain, found.container) == ("CONTOSO", "contoso.com/Users")
    assert not found.hidden_from_address_lists_enabled
    if kind not in HAS_NO_ACCOUNT:
        assert found.sam_account_name == alias
    if found.is_mailbox:
        assert found.user_principal_name == str(found.primary_smtp_address)
        assert found.account_disabled == (kind is not T.USER_MAILBOX)


def test_the_discovery_mailbox_is_exchanges(services: Services) -> None:
    found = everything(services)[DISCOVERY]
    assert found.recipient_type_details is T.DISCOVERY_MAILBOX
    assert found.display_name == "Discovery Search Mailbox"
    assert (found.alias, str(found.primary_smtp_address)) == (DISCOVERY, f"{DISCOVERY}@contoso.com")
    assert found.hidden_from_address_lists_enabled


def test_the_dynamic_group_has_all_user_mailboxes(services: Services) -> None:
    objects = everything(services)
    recipient_filter = objects["All Employees"].recipient_filter
    assert recipient_filter is not None
    with services.store.read() as directory:
        found = {
            obj.name for obj in directory.list(RecipientQuery(kinds=RECIPIENTS, filter=parse_filter(recipient_filter)))
        }
    assert found == {name for name, obj in objects.items() if obj.recipient_type_details is T.USER_MAILBOX}


def test_nothing_is_granted_among_the_cast_but_the_three(services: Services) -> None:
    objects = everything(services)
    names = {obj.sid: name for name, obj in objects.items() if obj.sid is not None}
    cast = {*CAST, DISCOVERY}
    found: set[tuple[str, object, str]] = set()
    with services.store.read() as directory:
        for target, obj in objects.items():
            entries = directory.ad_acl(obj.id).entries
            if obj.is_mailbox:
                entries += directory.mailbox_acl(obj.id).entries
            found |= {
                (names[ace.trustee], right, target)
                for ace in entries
                for right in ace.rights & {MailboxRight.FULL_ACCESS, ExtendedRight.SEND_AS}
                if not ace.inherited and ace.trustee != SELF and ace.trustee in names
            }
            found |= {
                (delegate.name, "Send on Behalf", target) for delegate in directory.grant_send_on_behalf_to(obj.id)
            }
    assert {grant for grant in found if {grant[0], grant[2]} & cast} == {
        ("Jim Hance", MailboxRight.FULL_ACCESS, "Ayla Kol"),
        ("Pilar Pinilla", ExtendedRight.SEND_AS, "James Alvord"),
        ("Administrator", "Send on Behalf", "All Employees"),
        ("Discovery Management", MailboxRight.FULL_ACCESS, DISCOVERY),  # of every organization
    }
    assert len(found) >= 20  # the others have some


def test_the_people_of_the_cast_are_in_no_static_group(services: Services) -> None:
    objects = everything(services)
    people = {objects[name].id for name in PEOPLE if name != "Administrator"}
    with services.store.read() as directory:
        groups = [obj for obj in objects.values() if obj.recipient_type_details in GROUPS]
        members = {group.name: {member.id for member in directory.members(group.id)} for group in groups}
    assert [name for name, ids in members.items() if ids & people] == []
    assert members["Helpdesk"]
    assert members["Temporary Assistants"]


@pytest.mark.parametrize(
    ("delegate", "question", "target", "code"),
    [
        ("terrya", "open", "Raymond Sam", 1),
        ("raymonds", "open", "Terry Adams", 1),
        ("raymonds", "send", "Terry Adams", 1),
        ("estherv", "open", DISCOVERY, 1),
        ("jimh", "send", "Ayla Kol", 1),
        ("pilarp", "open", "James Alvord", 1),
        ("hollyh", "send", "seanc@contoso.com", 1),
        ("stefanh", "open", "Helpdesk Tickets", 1),
        ("stefanh", "send", "Helpdesk Support Team", 1),
        ("coralr", "send", "Contoso Executives", 1),
        ("sarad", "send", "printersupport@contoso.com", 1),
        ("carlaf", "open", "Sales Inquiries", 1),
        ("administrator", "open", "Terry Adams", 1),
        ("jimh", "open", "ayla", 0),
        ("pilarp", "send", "James Alvord", 0),
        ("administrator", "send", "All Employees", 0),
        ("adamb", "open", "inquiries", 0),  # through a group within a group
        ("FABRIKAM\\robinw", "open", "Robin Wood", 0),
        ("robinw@fabrikam.com", "open", "claush", 0),
    ],
)
def test_check_answers_as_the_page_has_it(made: Path, delegate: str, question: str, target: str, code: int) -> None:
    done = servers.run("check", "--data", str(made), delegate, question, target)
    assert (done.returncode, done.stderr) == (code, "")
    assert done.stdout.startswith(("No. ", "Yes. ")[code == 0])


def test_there_is_one_of_every_kind(services: Services) -> None:
    kinds = {obj.recipient_type_details for obj in everything(services).values()}
    assert kinds == set(T) - COME_BY_IMPORT_ONLY


def test_some_sixty_more_people_are_in_departments(services: Services) -> None:
    people = [
        obj
        for obj in everything(services).values()
        if obj.recipient_type_details is T.USER_MAILBOX and obj.name not in PEOPLE
    ]
    assert 55 <= len(people) <= 65
    assert len({obj.attributes["Department"] for obj in people}) >= 6
    assert f"{len(people) + len(PEOPLE) - 1 + 4} people" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_groups_are_nested_in_a_circle_and_three_deep(services: Services) -> None:
    objects = everything(services)
    with services.store.read() as directory:
        inside = {
            obj.name: {member.name for member in directory.members(obj.id)}
            for obj in objects.values()
            if obj.recipient_type_details in GROUPS
        }
    assert "Falcon Leads" in inside["Falcon Project"]
    assert "Falcon Project" in inside["Falcon Leads"]
    assert "Sales Team" in inside["Revenue"]
    assert "Sales East" in inside["Sales Team"]


@dataclass(frozen=True)
class Content:
    mailbox_guid: UUID


def test_there_is_sample_mail(services: Services) -> None:
    objects = everything(services)
    counts = {
        name: services.mail_store.statistics(Content(objects[name].guid)).item_count
        for name in ("Terry Adams", "Helpdesk Tickets", "Adam Barr")
    }
    assert all(counts.values()), counts


# ---------------------------------------------------------------------------------------------------------------- start, stop, reset


def refused(data: Path, *flags: str, **variables: str) -> str:
    done = servers.run("demo", "--data", str(data), *servers.FREE_PORTS, *flags, timeout=60, variables=variables)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def test_a_demo_runs_on_no_other_organization(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert servers.run("init", "--data", str(data), "--domain", "fabrikam.example").returncode == 0
    before = (data / "directory.db").read_bytes()
    for flags in ([], ["--reset"]):
        assert "no demo" in refused(data, *flags)
    assert (data / "directory.db").read_bytes() == before


def test_a_demo_on_postgresql_is_refused(tmp_path: Path) -> None:
    said = refused(tmp_path / "data", "--database", "postgresql://somebody@127.0.0.1:1/name")
    assert "SQLite only" in said
    assert list(tmp_path.iterdir()) == []


def test_a_second_demo_on_the_same_data_is_refused_also_with_reset(data: Path) -> None:
    server = servers.start(data, name="demo")
    try:
        for flags in ([], ["--reset"], ["--recipients", "10"]):
            assert "runs on it already" in refused(data, *flags)
        assert servers.run("check", "--data", str(data), "jimh", "open", "ayla").returncode == 0
    finally:
        server.stop()


def test_a_second_start_keeps_the_data_and_a_reset_begins_anew(data: Path) -> None:
    servers.shell(data, 'Set-Mailbox terrya -DisplayName "Changed"')
    authority = (data / "tls" / "ca.pem").read_bytes()
    assert servers.start(data, name="demo").stop() == 0
    assert "Changed" in servers.shell(data, "(Get-Mailbox terrya).DisplayName")
    assert servers.start(data, "--reset", name="demo").stop() == 0
    assert "Terry Adams" in servers.shell(data, "(Get-Mailbox terrya).DisplayName")
    assert (data / "tls" / "ca.pem").read_bytes() == authority  # clients trust it already


def test_a_demo_that_was_not_finished_is_made_anew(tmp_path: Path) -> None:
    data = tmp_path / "data"
    process = subprocess.Popen(
        servers.command("demo", "--data", str(data), *servers.FREE_PORTS),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=servers.environment(),
    )
    deadline = time.monotonic() + 30
    while not (data / "directory.db").exists():
        assert time.monotonic() < deadline
        time.sleep(0.005)
    process.kill()
    process.wait()
    assert not (data / "run" / "endpoints.json").exists()
    assert servers.start(data, name="demo").stop() == 0
    assert servers.run("check", "--data", str(data), "jimh", "open", "ayla").returncode == 0


def test_the_password_of_every_account_can_be_chosen(tmp_path: Path) -> None:
    server = servers.start(tmp_path / "data", name="demo", variables={"DELEGACY_DEMO_PASSWORD": "open sesame"})
    try:
        for name in ("administrator@contoso.com", "terrya@contoso.com", "FABRIKAM\\robinw", "CONTOSO\\svcbackup"):
            with smtplib.SMTP_SSL("127.0.0.1", server.port("submission"), context=server.tls) as smtp:
                assert smtp.login(name, "open sesame")[0] == 235
        with smtplib.SMTP_SSL("127.0.0.1", server.port("submission"), context=server.tls) as smtp:
            smtp.ehlo()
            with pytest.raises(smtplib.SMTPAuthenticationError):
                smtp.login("terrya@contoso.com", "delegacy")
    finally:
        server.stop()


def test_more_recipients_are_generated_with_grants_and_go_on_where_they_ended(data: Path) -> None:
    for expected in (300, 600):
        assert servers.start(data, "--recipients", "300", name="demo").stop() == 0
        with open_services(Settings(data=data)) as services:
            people = [obj for name, obj in everything(services).items() if (obj.alias or "").startswith("person0")]
            assert len(people) == expected
            with services.store.read() as directory:
                entries = [
                    ace
                    for ace in directory.mailbox_acl(people[0].id).entries
                    if not ace.inherited and ace.trustee != SELF
                ]
            assert entries
    done = servers.run("check", "--data", str(data), "person0000001", "open", "person0000000")
    assert done.returncode in (0, 1)


# ------------------------------------------------------------------------------------------------------------------------- make demo


@contextmanager
def make_demo(folder: Path, *words: str, **variables: str) -> Iterator["subprocess.Popen[str]"]:
    """Run `make demo` in a folder with our virtual environment, as from a terminal: in a process group of its own."""
    ports = {f"DELEGACY_{name}_PORT": "0" for name in ("HTTP", "SUBMISSION", "IMAP", "SMTP")}
    environment = servers.environment(**ports, **variables)
    process = subprocess.Popen(
        [require_program("make"), "-o", ".venv/.demo-ready", "demo", *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
        env=environment,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / ".venv").symlink_to(sys.prefix)
    return tmp_path


def said_until_ready(process: "subprocess.Popen[str]") -> list[str]:
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line.rstrip("\n"))
        if line == "Delegacy is ready.\n":
            break
    return said


def test_make_demo_says_what_to_try_and_stops_at_ctrl_c(clone: Path) -> None:
    with make_demo(clone) as process:
        said = said_until_ready(process)
        endpoints = json.loads((clone / "demo-data" / "run" / "endpoints.json").read_text(encoding="utf-8"))
        os.killpg(process.pid, signal.SIGINT)
        rest, errors = process.communicate(timeout=30)
    assert process.returncode in (0, -signal.SIGINT)  # make tells that it was interrupted
    assert said[-1] == "Delegacy is ready."
    assert rest == ""
    text = "\n".join(said)
    for service in ("submission", "imap", "smtp", "http"):
        assert f"127.0.0.1:{endpoints[service]['port']}" in text
    assert "the password delegacy" in text
    assert re.findall(r"(?m)^  (\d)\. ", text) == ["1", "2", "3"]
    assert "demo-data/tls/ca.pem" in text
    assert not (clone / "demo-data" / "run" / "endpoints.json").exists()
    assert [json.loads(line)["event"] for line in errors.splitlines() if line.startswith("{")] == ["stopping"]
    assert "Error" not in errors
    assert stat.S_IMODE((clone / "demo-data").stat().st_mode) == 0o700


def test_make_demo_keeps_the_data_and_reset_starts_over(clone: Path, made: Path) -> None:
    shutil.copytree(made, clone / "demo-data")
    for words, making in (((), False), (("RESET=1",), True)):
        with make_demo(clone, *words) as process:
            said = said_until_ready(process)
            os.killpg(process.pid, signal.SIGINT)
            process.communicate(timeout=30)
        assert ("Making the demo organization ..." in said) == making


def test_a_password_that_the_demo_was_not_made_with_is_not_shown(clone: Path, made: Path) -> None:
    shutil.copytree(made, clone / "demo-data")
    with make_demo(clone, DELEGACY_DEMO_PASSWORD="open sesame") as process:
        text = "\n".join(said_until_ready(process))
        os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=30)
    assert "open sesame" not in text
    assert "the password that the demo was made with" in text


def test_what_the_demo_proposes_can_be_pasted(clone: Path, made: Path) -> None:
    require_program("curl")
    shutil.copytree(made, clone / "demo-data")
    with make_demo(clone) as process:
        said = said_until_ready(process)
        pasted = "\n".join(line for line in said if line.startswith("     "))
        refusal, grant, copy, *rest = re.split(r"(?<!\\)(?<!\|)\n", pasted)
        done = [
            subprocess.run(
                ["bash", "-c", command],
                cwd=clone,
                env=servers.environment(),
                capture_output=True,
                text=True,
                check=False,
            )
            for command in (refusal, grant, refusal, copy, *rest)
        ]
        os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=30)
    first, granted, second, read, *others = done
    assert "MAIL failed: 550" in first.stderr
    assert granted.returncode == second.returncode == 0, granted.stderr + second.stderr
    assert "From: Terry Adams <terrya@contoso.com>" in read.stdout
    assert "raymond" not in read.stdout
    assert [each.returncode for each in others] == [0, 0, 0], [each.stderr for each in others]
    assert "Other Users/Terry Adams" in others[1].stdout
    assert others[2].stdout.startswith("Yes. Adam Barr")
