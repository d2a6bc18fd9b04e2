"""End-to-end tests: a real sshd, a real SMTP server, the real daemon, each test its own state.

Run as root on Debian: script/test e2e, or
    SLUSS_BUILD=build-test /usr/bin/python3 -m pytest tests/e2e
The full counts of the fault list, for hours when nobody waits: make torture (SLUSS_TORTURE=1).
SLUSS_E2E_KEEP=1 leaves all files; SLUSS_E2E_DIR is where they are made (default /srv).
"""
import fcntl
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import daemon  # noqa: E402
import mailcheck  # noqa: E402
import hook as hook_module  # noqa: E402
import sftp as sftp_module  # noqa: E402
import smtp as smtp_module  # noqa: E402

KEEP = bool(os.environ.get("SLUSS_E2E_KEEP"))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    if report.when == "call" and report.failed:
        for site in getattr(item, "sites", []):
            report.sections.append((f"site {site.name}", site.diagnostics()))


@pytest.fixture(scope="session", autouse=True)
def programs():
    for program in (daemon.SLUSSD, daemon.SLUSSCTL):
        if not os.access(program, os.X_OK):
            pytest.exit(f"{program} is not built; script/build build-test, or set SLUSS_BUILD", 2)


@pytest.fixture(scope="session")
def base():
    if os.geteuid() != 0:
        pytest.exit("the end-to-end tests need root: sshd's chroot and a user of its own", 2)
    path = sftp_module.make_base()
    yield path
    if KEEP:
        print(f"\nkept: {path}")
    else:
        shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def sftp(base):
    server = sftp_module.SftpServer(base)
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture
def smtp():
    server = smtp_module.SmtpServer().up()
    yield server
    server.down()


@pytest.fixture
def hook(site):
    """A webhook that the site's alerts are posted to."""
    key = "en nyckel som ingen annan har"
    path = site.base / "webhook.key"
    path.write_text(key + "\n")
    path.chmod(0o600)
    server = hook_module.HookServer(key)
    site.alerts.update({"webhook": server.url, "webhook-key-file": path})
    yield server
    server.stop()
    assert not server.errors, server.errors


_count = iter(range(1, 1 << 30))


@pytest.fixture
def machine(request):
    """Tests that change the machine's limits run while no other test does, in any run."""
    alone = "sysctl" in request.fixturenames
    with open(Path(tempfile.gettempdir()) / "sluss-e2e.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        yield


@pytest.fixture
def site(request, base, sftp, smtp, machine):
    """An installation that is configured and not yet started."""
    name = f"s{next(_count)}"
    made = daemon.Site(name, base, sftp, smtp)
    request.node.sites = [*getattr(request.node, "sites", []), made]
    yield made
    try:
        made.stop()
    finally:
        made.kill()
        made.check_log()
        for mail in smtp.all():  # whatever a test is about, no mail may have a fault
            mailcheck.check(mail.data)
        if not KEEP:
            shutil.rmtree(made.base, ignore_errors=True)
            shutil.rmtree(sftp.root / name, ignore_errors=True)


@pytest.fixture
def local(tmp_path):
    """Write a file for a client to send: local("a.csv", data) -> its path."""
    def write(name, data):
        path = tmp_path / name
        path.write_bytes(getattr(data, "data", data))
        return path
    return write


@pytest.fixture
def sysctl(machine):
    """Set a /proc/sys value for the test; skips where that is not allowed."""
    before = {}

    def set_value(name, value):
        path = Path("/proc/sys") / name.replace(".", "/")
        try:
            before.setdefault(path, path.read_text())
            path.write_text(f"{value}\n")
        except OSError as error:
            pytest.skip(f"{path} cannot be set here: {error}")
    yield set_value
    for path, value in before.items():
        path.write_text(value)
