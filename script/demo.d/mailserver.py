"""A real SMTP server on loopback that puts what it gets into a Maildir.

    mailserver.py MAILDIR PORTFILE

The kernel chooses the port; it stands in PORTFILE once the server answers.
"""

import asyncio
import mailbox
import os
import signal
import sys

from aiosmtpd.handlers import Mailbox
from aiosmtpd.smtp import SMTP


async def serve(maildir: str, port_file: str) -> None:
    mailbox.Maildir(maildir, create=True)
    handler = Mailbox(maildir)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(handler, hostname="mail.inkasso.example", enable_SMTPUTF8=True),
        "127.0.0.1",
        0,
    )
    with open(port_file + ".new", "w", encoding="ascii") as out:
        print(server.sockets[0].getsockname()[1], file=out)
    os.rename(port_file + ".new", port_file)
    stop = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    await stop.wait()
    server.close()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started it ends it
    asyncio.run(serve(sys.argv[1], sys.argv[2]))
