"""Mail as a person sees it: its HTML drawn by headless Chromium, without a network."""
import html.parser
import json
import os
import re
import shutil
import struct
import subprocess
import tempfile
import zlib
from pathlib import Path

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PICTURES = os.environ.get("SLUSS_E2E_PICTURES")  # a directory to keep them in


class _Outside(html.parser.HTMLParser):
    """Everything that would make a mail program fetch something."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name in ("src", "srcset", "background", "href", "action", "data", "poster"):
                self.found.append(f"<{tag} {name}={value}>")
        if tag in ("script", "link", "img", "iframe", "object", "embed", "base", "form"):
            self.found.append(f"<{tag}>")


def outside_of(text):
    """References to anything outside of the mail; [] for a good one."""
    parser = _Outside()
    parser.feed(text)
    return parser.found + re.findall(r"url\s*\([^)]*\)|@import[^;]*", text)


class Picture:
    """A PNG of 8 bits a channel, as Chromium writes them, without a library."""

    def __init__(self, path):
        data = Path(path).read_bytes()
        assert data[:8] == b"\x89PNG\r\n\x1a\n", "not a PNG"
        at, packed = 8, b""
        while at < len(data):
            n, kind = struct.unpack(">I4s", data[at:at + 8])
            body = data[at + 8:at + 8 + n]
            if kind == b"IHDR":
                self.width, self.height, depth, colour, _, _, lace = struct.unpack(">IIBBBBB", body)
                assert depth == 8 and colour in (2, 6) and lace == 0
                self.channels = 3 if colour == 2 else 4
            elif kind == b"IDAT":
                packed += body
            at += 12 + n
        self.rows = self._unfilter(zlib.decompress(packed))

    def _unfilter(self, raw):
        bpp, stride = self.channels, self.width * self.channels
        before, rows = bytearray(stride), []
        for y in range(self.height):
            kind = raw[y * (stride + 1)]
            line = bytearray(raw[y * (stride + 1) + 1:(y + 1) * (stride + 1)])
            for i in range(stride):
                a = line[i - bpp] if i >= bpp else 0
                b, c = before[i], before[i - bpp] if i >= bpp else 0
                if kind == 1:
                    line[i] = (line[i] + a) & 255
                elif kind == 2:
                    line[i] = (line[i] + b) & 255
                elif kind == 3:
                    line[i] = (line[i] + (a + b) // 2) & 255
                elif kind == 4:
                    p = a + b - c
                    near = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
                    line[i] = (line[i] + near) & 255
            rows.append(bytes(line))
            before = line
        return rows

    def colours(self):
        """Colour -> how many pixels, of every third row."""
        seen = {}
        for row in self.rows[::3]:
            for x in range(0, len(row), self.channels):
                key = row[x:x + 3]
                seen[key] = seen.get(key, 0) + 1
        return seen

    def is_blank(self):
        return len(self.colours()) < 8


def _chromium(*args, timeout=90):
    with tempfile.TemporaryDirectory() as profile:
        return subprocess.run(
            [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
             "--disable-background-networking", "--disable-component-update", "--no-first-run",
             "--disable-sync", "--disable-extensions", "--disable-dev-shm-usage",
             "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={profile}",
             *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=timeout, check=False)


# What is measured inside the page: does it fit, and did it ask for anything?
_MEASURE = """<script>addEventListener('load', () => {
  const d = document.getElementById('mail').contentDocument;
  const wide = [...d.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > %d + 0.5);
  document.title = JSON.stringify({width: d.documentElement.scrollWidth,
    height: d.documentElement.scrollHeight, wide: wide.map(e => e.tagName),
    asked: d.defaultView.performance.getEntriesByType('resource').map(e => e.name)});
  document.documentElement.setAttribute('measured', document.title);
})</script>"""


def _page(text, width, height):
    quoted = text.replace("&", "&amp;").replace('"', "&quot;")
    return ("<!DOCTYPE html><meta charset=utf-8><body style='margin:0'>"
            + _MEASURE % width +
            f"<iframe id=mail srcdoc=\"{quoted}\" style='border:0;width:{width}px;"
            f"height:{height}px'></iframe>")


def measure(text, width, tmp):
    """Width and height it takes in a window so wide, and all it asked the network for."""
    page = Path(tmp) / "measure.html"
    page.write_text(_page(text, width, 400), encoding="utf-8")
    done = _chromium("--virtual-time-budget=2000", "--dump-dom", f"--window-size={width},400",
                     page.as_uri())
    found = re.search(rb'measured="([^"]*)"', done.stdout)
    assert found, (done.stdout[-500:], done.stderr[-500:])
    return json.loads(found.group(1).decode().replace("&quot;", '"'))


def draw(text, width, tmp, name, dark=False):
    """A picture of it in a window so wide."""
    size = measure(text, width, tmp)
    page, png = Path(tmp) / "draw.html", Path(tmp) / f"{name}-{width}{'-dark' * dark}.png"
    page.write_text(_page(text, width, size["height"]), encoding="utf-8")
    dark_mode = ["--blink-settings=preferredColorScheme=0"] if dark else []
    done = _chromium(f"--window-size={max(width, 500)},{size['height']}", f"--screenshot={png}",
                     "--force-device-scale-factor=1", *dark_mode, page.as_uri())
    assert png.exists(), done.stderr[-500:]
    if PICTURES:
        Path(PICTURES).mkdir(parents=True, exist_ok=True)
        shutil.copy(png, PICTURES)
    return Picture(png)
