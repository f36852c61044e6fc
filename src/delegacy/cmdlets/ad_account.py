"""What an account signs in with: Enable- and Disable-ADAccount, Set-ADAccountPassword (the Active Directory module's names)."""

from dataclasses import dataclass, replace
from typing import ClassVar

from delegacy.cmdlets import _texts, _views
from delegacy.cmdlets._active_directory import ActiveDirectoryCmdlet, with_account_state
from delegacy.cmdlets._ad_views import ad_user
from delegacy.cmdlets._base import Identity, as_identity
from delegacy.cmdlets._creation import set_password
from delegacy.cmdlets._settings import Plan
from delegacy.domain.audit import ModifiedProperty
from delegacy.domain.errors import UnsupportedRequest
from delegacy.domain.recipient import ACCOUNTS, Recipient
from delegacy.powershell.metadata import parameter
from delegacy.powershell.values import SecureString


@dataclass(kw_only=True)
class _AccountCmdlet(ActiveDirectoryCmdlet):
    """A cmdlet that changes one account."""

    supports_should_process = True
    output_types = (_views.AD_USER,)

    identity: Identity = parameter(
        position=0, mandatory=True, pipeline=True, convert=as_identity, completer="user", help="The account."
    )
    pass_thru: bool = parameter(switch=True, help="Write the account to the pipeline.")

    def find_account(self) -> Recipient:
        """Return the account, for changing."""
        account = self.find_in_domain(self.identity, ACCOUNTS)
        self.session.require_writable(account)
        return account


@dataclass(kw_only=True)
class _AccountSwitch(_AccountCmdlet):
    """A cmdlet that enables or disables an account."""

    shows_effect = True
    enables: ClassVar[bool]

    def run(self) -> None:
        """Change one account."""
        before = self.find_account()
        after = with_account_state(before, enabled=self.enables)
        if not self.should_process(_texts.AD_OPERATION.format(operation="Set", identity=before.distinguished_name)):
            return
        told = Plan(before, after).changes()
        self.modified(before.canonical_name, *told)
        if told:
            self.session.changes.update(replace(after, when_changed=self.session.clock.now()))
        if self.pass_thru:
            self.write_object(ad_user(after))


@dataclass(kw_only=True)
class EnableADAccount(_AccountSwitch):
    """Let the owner of an account sign in, with mail or without."""

    name = "Enable-ADAccount"
    enables = True


@dataclass(kw_only=True)
class DisableADAccount(_AccountSwitch):
    """Let nobody sign in with an account, with mail or without. What it was granted lies dormant."""

    name = "Disable-ADAccount"
    enables = False


@dataclass(kw_only=True)
class SetADAccountPassword(_AccountCmdlet):
    """Give an account another password. It is an administrator's: with -Reset, without the old password."""

    name = "Set-ADAccountPassword"

    new_password: SecureString = parameter(mandatory=True, secret=True, help="The new password.")
    reset: bool = parameter(switch=True, help="Set the password without the old one.")

    def run(self) -> None:
        """Set one password."""
        account = self.find_account()
        if not self.reset:
            raise UnsupportedRequest(
                "Give -Reset: the password is set without the old one, which nobody here can check.", "Reset"
            )
        if self.should_process(
            _texts.AD_OPERATION.format(operation="Set-ADAccountPassword", identity=account.distinguished_name)
        ):
            set_password(self, account, self.new_password)
            self.modified(account.canonical_name, ModifiedProperty("Password", "********", "********"))
        if self.pass_thru:
            self.write_object(ad_user(account))
