"""A client for the submission service, in the same process and without sockets."""

from base64 import b64encode

from delegacy.mail.submission.server import SubmissionServices, SubmissionSession
from support.memory_client import MemoryClient


class SubmissionClient(MemoryClient):
    """One connection."""

    def __init__(self, services: SubmissionServices) -> None:
        self.session = SubmissionSession(services)
        super().__init__(self.session)

    async def ask(self, command: str) -> str:
        """Send a command and return the last line of the reply."""
        self.send(command.encode("utf-8") + b"\r\n")
        return await self.reply()

    async def reply(self) -> str:
        """Return the last line of the next reply."""
        while (line := await self.line())[3:4] == b"-":
            pass
        return line.decode("utf-8")

    async def sign_in(self, name: str, password: str) -> str:
        """Read the greeting, sign in, and return the reply."""
        await self.reply()
        await self.ask("EHLO client.example")
        return await self.ask("AUTH PLAIN " + b64encode(f"\0{name}\0{password}".encode()).decode("ascii"))

    async def submit(self, sender: str, recipient: str, content: str) -> str:
        """Send a message, and return the reply that it ended with: to the message, or to the command that was refused."""
        for command in (f"MAIL FROM:<{sender}>", f"RCPT TO:<{recipient}>", "DATA"):
            reply = await self.ask(command)
            if reply[0] not in "23":
                await self.ask("RSET")
                return reply
        return await self.ask(content + "\r\n.")
