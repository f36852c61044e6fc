"""How objects of the directory are linked with others, by the attributes in which Active Directory keeps it."""

from enum import Enum


class ObjectLink(Enum):
    """A link from an object to others."""

    MEMBER_OF = "memberOf"
    MEMBERS = "member"
    MANAGED_BY = "managedBy"
    SEND_ON_BEHALF = "publicDelegates"
    SEND_ON_BEHALF_OF = "publicDelegatesBL"
    AUTO_MAPPING = "msExchDelegateListLink"
    AUTO_MAPPED = "msExchDelegateListBL"
