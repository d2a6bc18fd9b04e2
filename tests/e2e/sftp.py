"""A real OpenSSH server with internal-sftp in a chroot, and three clients for it."""
import os
import pwd
import signal
import socket
import subprocess
import tempfile
from pathlib import Path

from smtp import free_port
from wait import wait_until

SSHD = "/usr/sbin/sshd"

CONFIG = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {base}/host_key
PidFile {base}/sshd.pid
AuthorizedKeysFile {base}/authorized_keys
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin no
AllowUsers {user}
LogLevel VERBOSE
MaxStartups 200
MaxSessions 200
Subsystem sftp internal-sftp
ChrootDirectory {root}
ForceCommand internal-sftp -u 0027
AllowTcpForwarding no
X11Forwarding no
"""


def _run(*command):
    subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


class SftpServer:
    """`base` must belong to root, with no other writers in any part of its path: sshd asks that
    of a chroot, so /tmp will not do."""

    def __init__(self, base):
        self.base = Path(base)
        self.root = self.base / "chroot"
        self.root.mkdir(mode=0o755)
        self.port = free_port()
        self.user = f"sluss-test-{os.getpid()}"
        self.process = None
        self.key = self.base / "client_key"

    def start(self):
        # '*' is a password that nothing fits; '!' would lock the account for sshd too.
        _run("useradd", "--no-create-home", "--home-dir", "/", "--shell", "/usr/sbin/nologin",
             "--password", "*", self.user)
        entry = pwd.getpwnam(self.user)
        self.uid, self.gid = entry.pw_uid, entry.pw_gid
        for name in ("host_key", "client_key"):
            _run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self.base / name))
        (self.base / "authorized_keys").write_bytes((self.base / "client_key.pub").read_bytes())
        os.chmod(self.base / "authorized_keys", 0o644)
        config = self.base / "sshd_config"
        config.write_text(CONFIG.format(port=self.port, base=self.base, user=self.user,
                                        root=self.root))
        os.makedirs("/run/sshd", mode=0o755, exist_ok=True)
        self.log = open(self.base / "sshd.log", "wb")
        self.process = subprocess.Popen([SSHD, "-D", "-e", "-f", str(config)],
                                        stdin=subprocess.DEVNULL, stdout=self.log,
                                        stderr=self.log, start_new_session=True)
        wait_until(self._answers, f"sshd answers on port {self.port}; see {self.base}/sshd.log")
        return self

    def _answers(self):
        assert self.process.poll() is None, (self.base / "sshd.log").read_text()
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as s:
                return s.recv(4) == b"SSH-"
        except OSError:
            return False

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(10)
            self.log.close()
        self.end_sessions()
        subprocess.run(["userdel", self.user], stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, check=False)

    def sessions(self):
        """Process ids of the server sides of open sessions of our user."""
        found = []
        for entry in os.listdir("/proc"):
            if entry.isdigit():
                try:
                    if os.stat(f"/proc/{entry}").st_uid == self.uid:
                        found.append(int(entry))
                except OSError:
                    pass
        return found

    def end_sessions(self, how=signal.SIGKILL):
        """Kill the server sides, as a crash of the server would."""
        pids = self.sessions()
        for pid in pids:
            try:
                os.kill(pid, how)
            except ProcessLookupError:
                pass
        return pids

    def make_directory(self, path, owned=True):
        """A directory inside the chroot."""
        full = self.root / path
        full.mkdir(parents=True, exist_ok=True)
        if owned:
            os.chown(full, self.uid, self.gid)
        return full

    # --- clients ---

    def options(self):
        return ["-q", "-i", str(self.key), "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes",
                "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
                "-F", "/dev/null"]

    def batch(self, *commands, check=True, options=(), timeout=120):
        """OpenSSH's client, with the commands as a batch."""
        done = subprocess.run(
            ["sftp", *self.options(), *options, "-b", "-", "-P", str(self.port),
             f"{self.user}@127.0.0.1"],
            input="\n".join(commands).encode("utf-8", "surrogateescape") + b"\n",
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=timeout, check=False)
        if check:
            assert done.returncode == 0, f"sftp {commands}: {done.stdout.decode(errors='replace')}"
        return done

    def open(self, *options):
        """OpenSSH's client with its standard input open: write commands, a line each."""
        return subprocess.Popen(
            ["sftp", *self.options(), *options, "-b", "-", "-P", str(self.port),
             f"{self.user}@127.0.0.1"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def lftp(self, *commands, timeout=60):
        ssh = "ssh -a -x " + " ".join(self.options())
        script = "; ".join([
            "set net:max-retries 2", "set net:timeout 20", "set cmd:fail-exit yes",
            f'set sftp:connect-program "{ssh}"',
            f"open -u {self.user}, sftp://127.0.0.1:{self.port}", *commands, "bye"])
        done = subprocess.run(["lftp", "--norc", "-c", script], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=timeout,
                              check=False)
        assert done.returncode == 0, done.stdout.decode(errors="replace")

    def curl(self, local, remote, *options, timeout=60):
        done = subprocess.run(
            ["curl", "--silent", "--show-error", "--insecure", "--key", str(self.key),
             "--pubkey", f"{self.key}.pub", "--user", f"{self.user}:", *options,
             "--upload-file", str(local), f"sftp://127.0.0.1:{self.port}/{remote}"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            timeout=timeout, check=False)
        assert done.returncode == 0, done.stdout.decode(errors="replace")


def make_base():
    """A directory as a chroot needs it."""
    base = tempfile.mkdtemp(prefix="sluss-test-", dir=os.environ.get("SLUSS_E2E_DIR", "/srv"))
    os.chmod(base, 0o755)
    return Path(base)
