"""A mail held against the rules by a parser that is not ours: Python's email."""
import email
import email.policy
import re
from email.headerregistry import Address

# Relays write their own before ours.
OURS = {"From", "To", "Date", "Message-ID", "Subject", "Auto-Submitted", "MIME-Version"}
TRACE = (b"return-path", b"received", b"delivered-to", b"x-original-to")


def check_bytes(data):
    """Lines that no relay has a reason to break or to encode again."""
    for line in data.replace(b"\r\n", b"\n").split(b"\n"):
        if line.lower().startswith(TRACE):
            continue
        assert len(line) <= 78, line
        assert all(byte < 127 and (byte >= 32 or byte == 9) for byte in line), line


def check(data):
    """Parse a mail strictly: no defect anywhere, every header once. Returns the message."""
    check_bytes(data)
    message = email.message_from_bytes(data, policy=email.policy.default.clone(
        raise_on_defect=False))
    for part in message.walk():
        assert not part.defects, (part.get_content_type(), part.defects)
        for name, value in part.items():
            assert not getattr(value, "defects", ()), (name, value, value.defects)
        if not part.is_multipart():
            part.get_content()
    for name in OURS:
        assert len(message.get_all(name, [])) == 1, (name, message.get_all(name))
    assert all(isinstance(a, Address) for a in message["From"].addresses)
    assert len(message["To"].addresses) == 1 and len(message["From"].addresses) == 1
    assert re.fullmatch(r"<[^<>@\s]+@[^<>@\s]+>", message["Message-ID"])
    assert message["Date"].datetime.tzinfo is not None
    assert message["Auto-Submitted"] == "auto-generated"
    return message
