# The demo organization. $People are the rows of people.csv, $Password is the password of every account.
param($People, [securestring]$Password)

# People
foreach ($person in $People) {
    New-Mailbox -Name $person.Name -Alias $person.Alias -FirstName $person.FirstName -LastName $person.LastName -UserPrincipalName "$($person.Alias)@contoso.com" -Password $Password
    Set-User -Identity $person.Alias -Department $person.Department -Title $person.Title -Office $person.Office -Phone $person.Phone
}

# Shared mailboxes, rooms and equipment
New-Mailbox -Shared -Name "Helpdesk Tickets" -Alias helpdesktickets
New-Mailbox -Shared -Name "Helpdesk Support Team" -Alias helpdesksupport
New-Mailbox -Shared -Name "Contoso Executives" -Alias executives
New-Mailbox -Shared -Name "Sales Inquiries" -Alias inquiries
New-Mailbox -Shared -Name "Accounts Payable" -Alias payable
New-Mailbox -Shared -Name "Job Applications" -Alias jobs
New-Mailbox -Room -Name "Conference Room Adams" -Alias roomadams -ResourceCapacity 12
New-Mailbox -Room -Name "Conference Room Baker" -Alias roombaker -ResourceCapacity 6
New-Mailbox -Equipment -Name "Projector 1" -Alias projector1
New-Mailbox -Equipment -Name "Delivery Van" -Alias van

# Accounts and groups without mail
New-ADUser -Name "Backup Service" -SamAccountName svcbackup -UserPrincipalName svcbackup@contoso.com -AccountPassword $Password -Enabled $true
New-ADUser -Name "Carla Former" -SamAccountName carlaf -UserPrincipalName carlaf@contoso.com -AccountPassword $Password -Enabled $false
New-ADGroup -Name "Archive Readers" -GroupScope Universal -GroupCategory Security
New-ADGroup -Name "Floor Three" -GroupScope Global -GroupCategory Security
New-ADGroup -Name "Scanner Operators" -GroupScope DomainLocal -GroupCategory Security
New-ADGroup -Name "Car Pool" -GroupScope Universal -GroupCategory Distribution
Add-ADGroupMember -Identity "Archive Readers" -Members willp, svcbackup
Add-ADGroupMember -Identity "Floor Three" -Members enricoc, evac, fabienh
Add-ADGroupMember -Identity "Scanner Operators" -Members "Floor Three"
Add-ADGroupMember -Identity "Car Pool" -Members evac, fabienh

# People of other organizations
New-MailUser -Name "Paula Reiter" -Alias paular -ExternalEmailAddress paula@woodgrovebank.example -UserPrincipalName paular@contoso.com -Password $Password
New-MailContact -Name "Oliver Lee" -Alias oliverl -ExternalEmailAddress oliver@litware.example

# A mailbox whose owner signs in with an account of the trusted domain FABRIKAM
New-ADTrust -Name fabrikam.com -NetBIOSName FABRIKAM
New-ADUser -Name "Robin Wood" -SamAccountName robinw -UserPrincipalName robinw@fabrikam.com -AccountPassword $Password -Enabled $true -Server fabrikam.com
New-Mailbox -Name "Robin Wood" -Alias robinw -FirstName Robin -LastName Wood -LinkedMasterAccount FABRIKAM\robinw -LinkedDomainController dc01.fabrikam.com

# Groups
New-DistributionGroup -Type Security -Name "Helpdesk" -Alias helpdesk -Members stefanh, tamaraj, tomasn
New-DistributionGroup -Type Security -Name "Temporary Assistants" -Alias tempassistants -Members coralr, petrav
New-DistributionGroup -Name "Printer Support" -Alias printersupport -Members sofiab, ursulah
New-DynamicDistributionGroup -Name "All Employees" -Alias allemployees -RecipientFilter "RecipientTypeDetails -eq 'UserMailbox'"
New-DynamicDistributionGroup -Name "Engineering Everyone" -Alias engineering -RecipientFilter "RecipientTypeDetails -eq 'UserMailbox' -and Department -eq 'Engineering'"
New-DistributionGroup -Type Security -Name "Sales East" -Alias saleseast -Members adamb, alans, aliciat
New-DistributionGroup -Type Security -Name "Sales West" -Alias saleswest -Members amys, andrewd, annab
New-DistributionGroup -Type Security -Name "Sales Team" -Alias salesteam -Members saleseast, saleswest, aaronp
New-DistributionGroup -Type Security -Name "Revenue" -Alias revenue -Members salesteam, claush
New-DistributionGroup -Type Security -Name "Falcon Project" -Alias falcon -Members garthf, ginaa
New-DistributionGroup -Type Security -Name "Falcon Leads" -Alias falconleads -Members falcon, gretal
Add-DistributionGroupMember -Identity falcon -Member falconleads
New-DistributionGroup -Name "Book Club" -Alias bookclub -Members kevinc, laraw, olgak
New-DistributionGroup -RoomList -Name "Headquarters Rooms" -Alias hqrooms -Members roomadams, roombaker

# Departments share mailboxes; assistants stand in for their heads
Add-MailboxPermission -Identity inquiries -User salesteam -AccessRights FullAccess -InheritanceType All
Add-ADPermission -Identity "Sales Inquiries" -User salesteam -ExtendedRights "Send As"
Add-MailboxPermission -Identity payable -User danielah -AccessRights FullAccess -InheritanceType All
Add-MailboxPermission -Identity payable -User davidj -AccessRights FullAccess -InheritanceType All -AutoMapping $false
Add-ADPermission -Identity "Accounts Payable" -User danielah -ExtendedRights "Send As"
Set-Mailbox -Identity payable -GrantSendOnBehalfTo davidj
Add-MailboxPermission -Identity jobs -User monicab -AccessRights FullAccess -InheritanceType All
Add-MailboxPermission -Identity jobs -User "Archive Readers" -AccessRights FullAccess -InheritanceType All
Set-Mailbox -Identity jobs -GrantSendOnBehalfTo monicab, nilsh
Add-MailboxPermission -Identity roomadams -User ursulah -AccessRights FullAccess -InheritanceType All
Set-Mailbox -Identity aaronp -GrantSendOnBehalfTo adamb
Add-MailboxPermission -Identity enricoc -User falconleads -AccessRights FullAccess -InheritanceType All
Add-MailboxPermission -Identity robinw -User yasmino -AccessRights FullAccess -InheritanceType All
Add-MailboxPermission -Identity claush -User FABRIKAM\robinw -AccessRights FullAccess -InheritanceType All
Set-DistributionGroup -Identity bookclub -GrantSendOnBehalfTo kevinc
Add-ADPermission -Identity "Revenue" -User claush -ExtendedRights "Send As"
Set-DynamicDistributionGroup -Identity engineering -GrantSendOnBehalfTo bookclub

# What the procedures of "Manage permissions for recipients" take away again
Add-MailboxPermission -Identity ayla -User "Jim Hance" -AccessRights FullAccess -InheritanceType All
Add-ADPermission -Identity "James Alvord" -User pilarp -ExtendedRights "Send As"
Set-DynamicDistributionGroup -Identity "All Employees" -GrantSendOnBehalfTo Administrator
