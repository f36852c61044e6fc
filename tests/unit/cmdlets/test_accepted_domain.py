import pytest

from support.commands import Organization, Shell


@pytest.fixture
def domains(shell: Shell) -> Shell:
    """Return a shell on an organization with a second domain."""
    shell.must("New-AcceptedDomain 'Contoso Net' -DomainName contoso.net")
    return shell


def listed(shell: Shell) -> list[str]:
    return shell.must(
        'Get-AcceptedDomain | foreach {"$($_.Name) $($_.DomainName) $($_.DomainType) $($_.Default)"}'
    ).lines


@pytest.mark.parametrize(
    ("command", "error"),
    [
        ("Remove-AcceptedDomain nothing.example", "ManagementObjectNotFound"),
        ("Remove-AcceptedDomain contoso.com", "AcceptedDomainInUse"),
        ("Set-AcceptedDomain nothing.example -Name x", "ManagementObjectNotFound"),
        ("Set-AcceptedDomain contoso.com -MakeDefault $false", "InvalidProperty"),
        ("Set-AcceptedDomain contoso.com -DomainType ExternalRelay", "InvalidProperty"),
        ("Set-AcceptedDomain 'Contoso Net' -DomainType ExternalRelay -MakeDefault $true", "InvalidProperty"),
        ("Set-AcceptedDomain 'Contoso Net' -Name CONTOSO.COM", "ManagementObjectAlreadyExists"),
        ("Set-AcceptedDomain 'Contoso Net' -DomainType Sometimes", "Sometimes"),
        ("Set-AcceptedDomain 'Contoso Net' -MatchSubDomains $true", "ParameterNotSupported"),
        ("New-AcceptedDomain 'contoso net' -DomainName contoso.org", "ManagementObjectAlreadyExists"),
    ],
)
def test_what_cannot_be_is_refused(domains: Shell, command: str, error: str) -> None:
    before = listed(domains)
    said = domains.run(f"{command} -Confirm:$false")
    assert said.code == 1
    assert error in said.errors
    assert listed(domains) == before


def test_the_only_domain_stays(shell: Shell) -> None:
    said = shell.run("Remove-AcceptedDomain contoso.com -Confirm:$false")
    assert "[FailureCategory=Cmdlet-AcceptedDomainInUseException]" in said.errors
    assert "only accepted domain" in " ".join(said.errors.split())


@pytest.mark.parametrize(
    "use",
    [
        "Set-Mailbox terrya -EmailAddresses @{Add='terry@CONTOSO.net'}",
        "New-DistributionGroup G -PrimarySmtpAddress g@contoso.net",
        "New-MailContact C -ExternalEmailAddress c@contoso.net",
    ],
)
def test_a_domain_that_an_address_is_in_stays(domains: Shell, use: str) -> None:
    domains.must(use)
    said = domains.run("Remove-AcceptedDomain 'Contoso Net' -Confirm:$false")
    assert "[FailureCategory=Cmdlet-AcceptedDomainInUseException]" in said.errors
    assert "Contoso Net contoso.net Authoritative False" in listed(domains)


def test_addresses_of_other_domains_do_not_hold_a_domain(domains: Shell) -> None:
    domains.must(
        "New-AcceptedDomain Below -DomainName mail.contoso.net; New-AcceptedDomain Like -DomainName xcontoso.net"
    )
    domains.must("Set-Mailbox terrya -EmailAddresses @{Add='a@mail.contoso.net','a@xcontoso.net'}")
    domains.must("Remove-AcceptedDomain contoso.net -Confirm:$false")
    assert "Contoso Net contoso.net Authoritative False" not in listed(domains)


def test_removing_asks_and_is_recorded(contoso: Organization, domains: Shell) -> None:
    assert (
        domains.run("Remove-AcceptedDomain 'Contoso Net' -WhatIf").host
        == 'What if: Removing Accepted Domain "Contoso Net".'
    )
    said = domains.run("Remove-AcceptedDomain 'Contoso Net'", "N")
    assert said.questions[0].endswith('Removing Accepted Domain "Contoso Net".')
    assert len(listed(domains)) == 2
    domains.must("Get-AcceptedDomain 'Contoso Net' | Remove-AcceptedDomain -Confirm:$false")
    assert len(listed(domains)) == 1
    record = contoso.audit()[0]
    assert (record.cmdlet, record.object_modified, record.succeeded) == ("Remove-AcceptedDomain", "Contoso Net", True)


def test_the_default_domain_gives_new_recipients_their_addresses(contoso: Organization, domains: Shell) -> None:
    assert "Setting Accepted Domain" in domains.must("Set-AcceptedDomain contoso.net -MakeDefault $true -WhatIf").host
    domains.must("Set-AcceptedDomain contoso.net -MakeDefault $true -Name Net")
    assert listed(domains) == ["Net contoso.net Authoritative True", "contoso.com contoso.com Authoritative False"]
    told = {changed.name: changed.new_value for changed in contoso.audit()[0].modified_properties}
    assert told == {"Name": "Net", "Default": "True"}
    domains.must("New-Mailbox -Shared New")
    assert str(contoso.find("New").primary_smtp_address) == "New@contoso.net"
    assert str(contoso.find("terrya").primary_smtp_address) == "terrya@contoso.com"


def test_a_domain_becomes_a_relay(domains: Shell) -> None:
    domains.must("Set-AcceptedDomain contoso.net -DomainType internalrelay")
    domains.must("New-AcceptedDomain Partner -DomainName partner.example -DomainType ExternalRelay")
    assert listed(domains)[1:] == [
        "Contoso Net contoso.net InternalRelay False",
        "Partner partner.example ExternalRelay False",
    ]
    assert "no settings" in domains.must("Set-AcceptedDomain contoso.net -DomainType InternalRelay").warnings
