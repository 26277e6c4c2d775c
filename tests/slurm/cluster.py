"""A Slurm of its own, of one node, in a folder: by hand, `cluster.py FOLDER` runs one until its standard input ends.

The daemons and the jobs must not outlive the test, however it ends. So they are children of this program, jobs too (a
"subreaper" inherits those whose parents are gone): when the test ends or dies, the pipe to our standard input is closed,
and all are killed; when ctest's timeout kills the test with all below it, they are among them.
"""
import contextlib
import ctypes
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time

DAEMONS = ("munged", "slurmctld", "slurmd")
TOOLS = ("sbatch", "srun", "scancel", "scontrol", "squeue", "sinfo")
START_SECONDS = 60
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36

# cred_expire: a job that is requeued begins again after so many seconds, 120 otherwise. CPUs: more than the machine has.
CONF = """\
ClusterName=tessera
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller_port}
SlurmdPort={daemon_port}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket,cred_expire=5
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/backfill
SchedulerParameters=bf_interval=1,sched_interval=2
SlurmdParameters=config_overrides
ReturnToService=2
MailProg=/bin/true
MpiDefault=none
NodeName=node NodeHostname={host} NodeAddr=127.0.0.1 CPUs=8 State=UNKNOWN
PartitionName=all Nodes=node Default=YES MaxTime=60 OverTimeLimit=0 State=UP
"""


def missing():
    """Why no Slurm can be started here; an empty text if it can."""
    if os.geteuid() != 0:
        return "only root can start Slurm's daemons"
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    lacking = [name for name in DAEMONS + TOOLS if not shutil.which(name, path=path)]
    return f"not installed: {' '.join(lacking)} (apt-get install slurmctld slurmd slurm-client munge)" if lacking else ""


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def prctl(option, value):
    ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


def start(command, folder, environment):
    with open(folder / f"{command[0]}.out", "wb") as out:
        return subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                preexec_fn=lambda: prctl(PR_SET_PDEATHSIG, signal.SIGKILL))


def below(root):
    """All processes below one."""
    children = {}
    for entry in pathlib.Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(entry.name))
    found = list(children.get(root, []))
    for pid in found:
        found += children.get(pid, [])
    return found


def kill_all():
    """Those who fork meanwhile, too."""
    until = time.monotonic() + 10
    while (pids := below(os.getpid())) and time.monotonic() < until:
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        time.sleep(0.01)


def run(folder):
    for name in ("state", "spool", "pmix"):
        (folder / name).mkdir()
    key = folder / "munge.key"
    key.touch(mode=0o600)
    key.write_bytes(os.urandom(128))
    conf = folder / "slurm.conf"
    controller_port, daemon_port = free_ports(2)
    conf.write_text(CONF.format(folder=folder, host=socket.gethostname().split(".")[0], controller_port=controller_port,
                                daemon_port=daemon_port))
    # In /tmp, folders of job 1 that a killed cluster left would stop the next one's job 1.
    (folder / "mpi.conf").write_text(f"PMIxCliTmpDirBase={folder}/pmix\n")
    environment = {**os.environ, "SLURM_CONF": str(conf), "PATH": os.environ.get("PATH", "") + ":/usr/sbin:/sbin"}
    # A private socket and key: a munge that runs on this machine already is not disturbed.
    daemons = [start(["munged", "--foreground", "--force", f"--key-file={key}", f"--socket={folder}/munge.socket",
                      f"--pid-file={folder}/munged.pid", f"--log-file={folder}/munged.log", f"--seed-file={folder}/munged.seed"],
                     folder, environment)]
    until = time.monotonic() + START_SECONDS
    while not (folder / "munge.socket").exists():
        if time.monotonic() > until or daemons[0].poll() is not None:
            raise SystemExit("munged does not start: " + (folder / "munged.out").read_text())
        time.sleep(0.02)
    daemons.append(start(["slurmctld", "-D", "-f", str(conf)], folder, environment))
    daemons.append(start(["slurmd", "-D", "-f", str(conf)], folder, environment))
    while True:
        state = subprocess.run(["sinfo", "-h", "-o", "%T"], env=environment, capture_output=True, text=True, check=False)
        if state.stdout.strip() == "idle":
            break
        if time.monotonic() > until or any(daemon.poll() is not None for daemon in daemons):
            logs = "".join(f"\n{name}:\n{(folder / name).read_text()}" for name in
                           ("slurmctld.out", "slurmd.out", "slurmctld.log", "slurmd.log") if (folder / name).exists())
            raise SystemExit(f"Slurm does not start: {state.stdout}{state.stderr}{logs}")
        time.sleep(0.1)
    print(conf, flush=True)
    sys.stdin.read()  # until the test ends


@contextlib.contextmanager
def cluster(folder):
    """Runs one in `folder` for as long as the test wants; gives the name of its slurm.conf."""
    process = subprocess.Popen([sys.executable, __file__, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               text=True, start_new_session=True)
    try:
        conf = process.stdout.readline().strip()
        if not conf:
            raise AssertionError("no Slurm")
        yield conf
    finally:
        process.stdin.close()
        process.stdout.close()
        process.wait(timeout=30)


if __name__ == "__main__":
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    signal.signal(signal.SIGINT, lambda *_: sys.exit(1))
    try:
        run(pathlib.Path(sys.argv[1]).resolve())
    finally:
        kill_all()
