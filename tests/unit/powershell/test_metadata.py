from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import pytest

from delegacy.powershell.cmdlet import Cmdlet
from delegacy.powershell.metadata import ALL_SETS, Membership, SetMembership, cmdlet_info, parameter

if TYPE_CHECKING:
    from collections.abc import Collection


class Service:
    pass


@dataclass(kw_only=True)
class Recipient(Cmdlet):
    service: Service = field(default_factory=Service, repr=False)

    identity: str = parameter(position=0, mandatory=True, pipeline=True)


@dataclass(kw_only=True)
class SetRecipient(Recipient):
    """Change a recipient.

    Only what is given changes.
    """

    name: ClassVar[str] = "Set-Recipient"
    default_parameter_set: ClassVar[str] = "Identity"
    supports_should_process: ClassVar[bool] = True
    unsupported: ClassVar[Collection[str]] = {"Arbitration"}

    owner: str = parameter(sets={"Owner": True, "Identity": SetMembership(position=1)})
    sam_account_name: str | None = parameter(aliases=("Sam",), sets=("Identity",))
    max_send_size: int = parameter(default=5)
    force: bool = parameter(switch=True)


def test_names_are_pascal_case_of_the_field() -> None:
    info = cmdlet_info(SetRecipient)
    assert [p.name for p in info.parameters] == ["Identity", "Owner", "SamAccountName", "MaxSendSize", "Force"]


def test_what_a_session_injects_is_not_a_parameter() -> None:
    assert cmdlet_info(SetRecipient).parameter("service") is None


def test_the_docstring_is_the_help() -> None:
    info = cmdlet_info(SetRecipient)
    assert (info.synopsis, info.description) == ("Change a recipient.", "Only what is given changes.")
    assert (info.verb, info.noun) == ("Set", "Recipient")


def test_names_and_aliases_ignore_case() -> None:
    info = cmdlet_info(SetRecipient)
    assert info.parameter("SAM") is info.parameter("samaccountname")
    assert info.parameter("sa") is None


def test_membership_of_sets() -> None:
    info = cmdlet_info(SetRecipient)
    assert info.set_names == ("Owner", "Identity")
    owner = info.parameter("Owner")
    assert owner is not None
    assert owner.memberships == (
        Membership(
            "Owner", mandatory=True, position=None, pipeline=False, pipeline_by_property_name=False, remaining=False
        ),
        Membership(
            "Identity", mandatory=False, position=1, pipeline=False, pipeline_by_property_name=False, remaining=False
        ),
    )
    assert [p.name for p in info.sets[0].parameters] == ["Identity", "Owner", "MaxSendSize", "Force"]
    assert info.sets[1].is_default
    identity = info.parameter("Identity")
    assert identity is not None
    assert identity.set_names == {ALL_SETS}


def test_a_parameter_that_is_mandatory_in_some_set_refuses_null_and_empty() -> None:
    info = cmdlet_info(SetRecipient)
    identity, owner = info.parameter("Identity"), info.parameter("Owner")
    assert identity is not None
    assert owner is not None
    assert (identity.allow_null, identity.allow_empty) == (False, False)
    assert (owner.allow_null, owner.allow_empty) == (False, False)
    size = info.parameter("MaxSendSize")
    assert size is not None
    assert (size.allow_null, size.allow_empty) == (True, True)


def test_a_cmdlet_can_be_made_without_arguments() -> None:
    cmdlet = SetRecipient()
    assert (cmdlet.force, cmdlet.max_send_size, cmdlet.sam_account_name) == (False, 5, None)
    assert not cmdlet.bound


def test_unsupported_names_come_from_the_class_and_from_data() -> None:
    assert cmdlet_info(SetRecipient, unsupported=["Languages"]).unsupported == {"Arbitration", "Languages"}


def test_a_name_cannot_be_supported_and_unsupported() -> None:
    with pytest.raises(TypeError, match="force twice"):
        cmdlet_info(SetRecipient, unsupported=["force"])


def test_the_default_set_must_exist() -> None:
    @dataclass(kw_only=True)
    class Wrong(Cmdlet):
        """Wrong."""

        name: ClassVar[str] = "Get-Wrong"
        default_parameter_set: ClassVar[str] = "Nowhere"

    with pytest.raises(TypeError, match="no parameter set Nowhere"):
        cmdlet_info(Wrong)


@dataclass(kw_only=True)
class Described(Cmdlet):
    title: str | None = parameter(pipeline_by_property_name=True)
    office: str | None = parameter(sets={"Office": SetMembership(pipeline_by_property_name=True)})


@dataclass(kw_only=True)
class NewDescribed(Described):
    name: ClassVar[str] = "New-Described"


@dataclass(kw_only=True)
class SetDescribed(Described):
    name: ClassVar[str] = "Set-Described"
    binds_properties: ClassVar[bool] = False


@pytest.mark.parametrize(("cls", "binds"), [(NewDescribed, True), (SetDescribed, False)])
def test_a_cmdlet_may_take_nothing_from_the_properties_of_records(cls: type, binds: bool) -> None:  # noqa: FBT001
    assert [parameter.takes_pipeline for parameter in cmdlet_info(cls).parameters] == [binds, binds]
