"""The demo's sample mail, delivered as any other mail is."""

import asyncio
import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from importlib import resources

from delegacy.bootstrap.services import Services
from delegacy.domain.address import SmtpAddress
from delegacy.mail.delivery import AcceptedMail, Delivery


@dataclass(frozen=True, slots=True)
class _At:
    """A clock that shows the moment at which a letter arrived."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment


async def deliver_sample_mail(services: Services) -> None:
    """Deliver the letters of letters.toml."""
    now = services.clock.now()
    with services.store.read() as directory:
        server_name = directory.organization().server
    text = resources.files("delegacy.demo").joinpath("letters.toml").read_text(encoding="utf-8")
    for number, letter in enumerate(tomllib.loads(text)["letter"]):
        moment = now - timedelta(hours=letter["age"])
        delivery = Delivery(
            services.store,
            services.queue,
            _At(moment),
            server_name=server_name,
            may_send_out=False,
            queued=_nothing_is_queued,
        )
        author = SmtpAddress.parse(letter["from"].partition("<")[2].rstrip(">"))
        content = (
            f"From: {letter['from']}\nTo: {', '.join(letter['to'])}\nSubject: {letter['subject']}\n"
            f"Date: {format_datetime(moment)}\nMessage-ID: <sample-{number}@{server_name}>\n"
            "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n"
            f"\n{letter['body'].lstrip()}"
        )
        await delivery.deliver(
            AcceptedMail(
                sender=author,
                recipients=tuple(SmtpAddress.parse(address) for address in letter["to"]),
                content=content.replace("\n", "\r\n").encode(),
                smtputf8=False,
                authenticated=True,
                author=author,
            )
        )


def _nothing_is_queued() -> None:
    """Do nothing: every letter is for a mailbox here."""


def deliver(services: Services) -> None:
    """Deliver the sample mail and return when all of it is on disk."""
    asyncio.run(deliver_sample_mail(services))
