"""A wall clock and a disk for one site that a test can set, not the machine's (clock.c)."""
import mmap
import struct
import subprocess
import time
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

STOCKHOLM = ZoneInfo("Europe/Stockholm")


class Clock:
    def __init__(self, site):
        library = site.base / "clock.so"
        done = subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", str(library),
                               str(Path(__file__).with_name("clock.c"))], capture_output=True,
                              check=False)
        if done.returncode:
            pytest.skip(f"no C compiler for the clock: {done.stderr[:200]!r}")
        path = site.base / "clock"
        path.write_bytes(b"\0" * 16)
        self.file = open(path, "r+b")
        self.map = mmap.mmap(self.file.fileno(), 16)
        asan = site.env.get("ASAN_OPTIONS", "detect_leaks=1:exitcode=99")
        # The sanitizer wants to be the first library; here it need not be.
        site.env.update({"LD_PRELOAD": str(library), "SLUSS_TEST_CLOCK": str(path),
                         "ASAN_OPTIONS": asan + ":verify_asan_link_order=0"})

    def offset(self, seconds):
        self.map[:8] = struct.pack("<q", round(seconds * 1_000_000))

    def syncs_fail(self, fail):
        self.map[8:] = struct.pack("<q", fail)

    def move(self, seconds):
        (now,) = struct.unpack("<q", self.map[:8])
        self.offset(now / 1_000_000 + seconds)

    def set(self, text):
        """To "2026-03-29 01:30" in Stockholm."""
        at = datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM).timestamp()
        self.offset(at - time.time())

    def now(self):
        (now,) = struct.unpack("<q", self.map[:8])
        return time.time() + now / 1_000_000
