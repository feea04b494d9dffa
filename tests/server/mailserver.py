"""A mail server on the loopback that takes one mail at a time and remembers it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

from server.config import Smtp


class MailServer:
    """`mails` holds what was taken. `answers` are given first, by command: {"RCPT": ["550 no"]}.
    Hanging: it greets nobody."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.answers: dict[str, list[str]] = {}
        self.is_hanging = False
        self.smtp = Smtp("127.0.0.1", 0, "bell@xinju.example", security="none")

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if self.is_hanging:
                await reader.read()
                return
            writer.write(b"220 loopback\r\n")
            while line := (await reader.readline()).decode().strip():
                command = line.split(" ")[0].upper()
                writer.write(f"{self.say(command, line)}\r\n".encode())
                if command == "DATA":
                    self.take(await reader.readuntil(b"\r\n.\r\n"))
                    writer.write(b"250 taken\r\n")
                await writer.drain()
                if command == "QUIT":
                    break
        except ConnectionError:
            pass
        finally:
            writer.close()

    def say(self, command: str, line: str) -> str:
        if self.answers.get(command):
            return self.answers[command].pop(0)
        if command == "RCPT":
            self.recipients.append(line.split("<")[1].split(">")[0])
        known = {"DATA": "354 go on", "QUIT": "221 bye", "AUTH": "235 welcome"}
        return known.get(
            command, "250-loopback\r\n250 AUTH PLAIN" if command == "EHLO" else "250 ok"
        )

    def take(self, data: bytes) -> None:
        self.mails.append(message_from_bytes(data[:-5], policy=policy.default))

    @property
    def texts(self) -> list[str]:
        return [str(mail.get_content()) for mail in self.mails]


@asynccontextmanager
async def mail_on_loopback() -> AsyncIterator[MailServer]:
    server = MailServer()
    listening = await asyncio.start_server(server.answer, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    server.smtp = Smtp("127.0.0.1", port, "门铃 <bell@xinju.example>", security="none")
    try:
        yield server
    finally:
        listening.close()
