"""Every sentence that cmdlets say, once: questions, warnings and refusals that are not an exception's own.

Sources: the cmdlets' reference pages, "WhatIf, Confirm, and ValidateOnly switches", and published transcripts.
"""

from typing import Final

# Questions of Confirm and WhatIf. Identity and user appear as they were typed.
ADD_MAILBOX_PERMISSION: Final = (
    'Adding mailbox permission "{identity}" for user "{user}" with access rights "{rights}".'
)
REMOVE_MAILBOX_PERMISSION: Final = (
    'Removing mailbox permission "{identity}" for user "{user}" with access rights "{rights}".'
)
SET_MAILBOX_OWNER: Final = 'Setting the owner of mailbox "{identity}" to "{user}".'
CLEAR_AUTO_MAPPING: Final = 'Clearing the auto-mapping of mailbox "{identity}".'
RESET_MAILBOX_PERMISSION: Final = 'Resetting the permissions of mailbox "{identity}" to the default.'
ADD_AD_PERMISSION: Final = (
    'Adding Active Directory permission "{identity}" for user "{user}" with access rights "{rights}".'
)
REMOVE_AD_PERMISSION: Final = (
    'Removing Active Directory permission "{identity}" for user "{user}" with access rights "{rights}".'
)
ADD_RECIPIENT_PERMISSION: Final = (
    "Adding recipient permission 'SendAs' for user or group '{user}' on recipient '{identity}'."
)
REMOVE_RECIPIENT_PERMISSION: Final = (
    "Removing recipient permission 'SendAs' for user or group '{user}' on recipient '{identity}'."
)
ADD_FOLDER_PERMISSION: Final = (
    'Adding mailbox folder permission "{identity}" for user "{user}" with access rights "{rights}".'
)
SET_FOLDER_PERMISSION: Final = (
    'Setting mailbox folder permission "{identity}" for user "{user}" to access rights "{rights}".'
)
REMOVE_FOLDER_PERMISSION: Final = 'Removing mailbox folder permission "{identity}" for user "{user}".'
CREATE: Final = 'Creating {kind} "{name}".'
SET: Final = 'Setting {kind} "{identity}".'
REMOVE: Final = 'Removing {kind} "{identity}".'
REMOVE_MAILBOX: Final = (
    'Removing mailbox Identity:"{identity}" will remove the Windows user object and mark the mailbox and the archive '
    "(if present) in the database for removal."
)
REMOVE_MAIL_USER: Final = 'Removing mail user Identity:"{identity}" will remove the Windows user object.'
ENABLE: Final = 'Enabling {kind} "{identity}".'
DISABLE_MAILBOX: Final = (
    'Disabling mailbox Identity:"{identity}" will remove the Exchange properties from the Windows user object and mark '
    "the mailbox and the archive (if present) in the database for removal."
)
DISABLE_MAIL_USER: Final = (
    'Disabling mail user Identity:"{identity}" will remove the Exchange properties from the Windows user object.'
)
DISABLE_GROUP: Final = (
    'Disabling distribution group "{identity}" will remove the Exchange properties from the Windows group object.'
)
ADD_MEMBER: Final = 'Adding distribution group member "{member}" on group "{identity}".'
REMOVE_MEMBER: Final = 'Removing distribution group member "{member}" on group "{identity}".'
UPDATE_MEMBERS: Final = 'Updating the members of distribution group "{identity}".'
ADD_ROLE_GROUP_MEMBER: Final = 'Adding role group member "{member}" to role group "{identity}".'
REMOVE_ROLE_GROUP_MEMBER: Final = 'Removing role group member "{member}" from role group "{identity}".'
UPDATE_ROLE_GROUP_MEMBERS: Final = 'Updating the members of role group "{identity}".'
ADD_ROLE_ENTRY: Final = 'Adding the management role entry "{entry}" to the role "{role}".'
SET_ROLE_ENTRY: Final = 'Setting the management role entry "{entry}" on the role "{role}".'
REMOVE_ROLE_ENTRY: Final = 'Removing the management role entry "{entry}" from the role "{role}".'
EXCLUSIVE_SCOPE: Final = (
    'The scope "{name}" is exclusive: the recipients in it can be changed only by those with an assignment that has an exclusive '
    "scope, from now on. Do you want to continue?"
)
ADD_ACCEPTED_DOMAIN: Final = 'Creating Accepted Domain "{name}" with domain name "{domain}".'
SET_ORGANIZATION_CONFIG: Final = 'Setting organization configuration "{name}".'
WRITE_AUDIT_LOG: Final = 'Writing "{comment}" to the administrator audit log.'
SET_AUDIT_CONFIG: Final = 'Setting administrator audit log configuration "{name}".'
EMPTY_AUDIT_LOG: Final = "An age limit of 0 removes every entry of the administrator audit log now. Who did what will be known no more. Do you want that?"
REMOVE_EXPIRED_PERMISSION: Final = "Removing the permissions on {count} recipients that have ended."
PURGE_AUDIT_LOG: Final = "Removing the entries of the administrator audit log from before {before}."
UNDO: Final = 'Undoing {cmdlet} on "{object}" of {date} UTC (entry {entry} of the administrator audit log).'
ADD_TRUST: Final = 'Trusting domain "{name}" with NetBIOS name "{netbios}".'
AD_OPERATION: Final = 'Performing the operation "{operation}" on target "{identity}".'

# What -WhatIf tells of the effect.
EFFECT_GAIN: Final = "{user} gains {permission} {target}{through}."
EFFECT_LOSS: Final = "{user} loses {permission} {target}{through}."
EFFECT_NONE: Final = "Nobody gains or loses access."
EFFECT_MORE: Final = "... and {count} more."
EFFECT_MORE_AT_LEAST: Final = "... and at least {count} more."
EFFECT_GOES_ON: Final = "... and maybe more: more people and mailboxes are affected than are looked at."
EFFECT_FAILURE: Final = "It would fail: {error}"

# Warnings.
ENTRY_PRESENT: Final = (
    'The appropriate access control entry is already present on the object "{object}" for account "{account}".'
)
ENTRY_ABSENT: Final = (
    'Can\'t remove the access control entry on the object "{object}" for account "{account}" because the ACE doesn\'t '
    "exist on the object."
)
ENTRY_INHERITED: Final = (
    "An inherited access control entry has been specified: [Rights: {rights}, ControlType: {control}] and was ignored "
    'on object "{object}".'
)
NOTHING_MODIFIED: Final = "The command completed successfully but no settings of '{identity}' have been modified."
MORE_RESULTS: Final = (
    "By default, only the first 1000 items are returned. Use the ResultSize parameter to specify the number of items "
    'returned. To return all items, specify "-ResultSize Unlimited". Be aware that, depending on the actual number of '
    "items, returning all items can take a long time and consume a large amount of memory. Also, we don't recommend "
    "storing the results in a variable. Instead, pipe the results to another task or script to perform batch changes."
)
MORE_RESULTS_ASKED: Final = (
    "There are more results available than are currently displayed. To view them, increase the value for the ResultSize "
    "parameter."
)
HIDDEN_MAILBOX: Final = (
    "The mailbox '{identity}' is hidden from address lists. While it is, no delegate can open it, send as it or send on "
    "its behalf. To let delegates in, run Set-Mailbox with -HiddenFromAddressListsEnabled $false."
)
NEVER_LOGGED_ON: Final = (
    "The user hasn't logged on to mailbox '{identity}' ('{guid}'), so there is no data to return. After the user logs on, "
    "this warning will no longer appear."
)
LOST_GRANT: Final = "{permission} of '{principal}' on '{target}' is removed with it."
OPEN_TO_EVERYBODY: Final = (
    "'{identity}' accepts messages from everybody now: '{sender}' was the only one that it accepted messages from."
)
ACCOUNT_STAYS_DISABLED: Final = (
    "The account of '{identity}' stays disabled, because it has no password. To let its owner sign in, run Set-Mailbox "
    "with -Password."
)

# Refusals.
NOT_THE_EXPECTED_TYPE: Final = 'The recipient "{identity}" isn\'t the expected type.'
NOT_A_MANAGER: Final = (
    "You don't have sufficient permissions. This operation can only be performed by a manager of the group."
)
NOT_OPEN: Final = "You can't {step} '{identity}' by yourself, because the group is {restriction}. Ask one of its managers to do it for you."
UNDO_NOT_ALLOWED: Final = 'Undoing this takes what {cmdlet} does, which you may not do to "{object}".'
OTHER_SERVER: Final = (
    "'{server}' isn't a domain controller of this organization. There is one, '{known}'; leave out -{parameter}, or "
    "give its name."
)
