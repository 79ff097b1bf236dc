"""Runs a command and measures it: its time, its peak of memory, the instants of the lines on its standard error.

    echo '{"command": ["sleep", "1"], "out": "/tmp/out", "seconds": 60, "memory": 1000000000}' | python3 launch.py

A process of its own between the suite and what it measures: the peak of a process begins with the size of the one that started it, and this one
is small. What takes too long, or too much memory, is killed.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time

PAUSE = 0.02
PAGE = os.sysconf("SC_PAGE_SIZE")


def watch(child: int, seconds: float, memory: int, done: threading.Event, why: list) -> None:
    """Kills the child where it passes a limit, or where nobody waits for it any more. Resident memory counts: engines reserve addresses that they
    never use."""
    end, parent = time.monotonic() + seconds, os.getppid()
    while not done.wait(PAUSE):
        try:
            with open(f"/proc/{child}/statm") as statm:
                resident = int(statm.read().split()[1]) * PAGE
        except (OSError, IndexError):
            return
        if time.monotonic() > end or resident > memory or os.getppid() != parent:
            why.append("memory" if resident > memory else "time")
            os.kill(child, signal.SIGKILL)
            return


def main() -> None:
    task = json.load(sys.stdin)
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: task.get("threads", 2)])
    # Where memory ends before its limit does, this one goes first.
    with open("/proc/self/oom_score_adj", "w") as score:
        score.write("1000")
    why: list = []
    done = threading.Event()
    start = time.perf_counter()
    with open(task["out"], "w") as out:
        child = subprocess.Popen(task["command"], stdin=subprocess.PIPE, stdout=out, stderr=subprocess.PIPE, cwd=task.get("folder"))
    guard = threading.Thread(target=watch, args=[child.pid, task["seconds"], task["memory"], done, why])
    guard.start()
    # One that ended at once has no ear for its question.
    with contextlib.suppress(BrokenPipeError):
        child.stdin.write(task.get("input", "").encode())
        child.stdin.close()
    lines = [(time.perf_counter() - start, line.decode(errors="replace").rstrip("\n")) for line in child.stderr]
    # The guard must not meet another process of the same number.
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    took = time.perf_counter() - start
    done.set()
    guard.join()
    _, status, usage = os.wait4(child.pid, 0)
    result = {
        "status": os.waitstatus_to_exitcode(status), "seconds": took, "processor": usage.ru_utime + usage.ru_stime,
        "memory": usage.ru_maxrss * 1024, "stopped": next(iter(why), None), "lines": lines,
    }  # fmt: skip
    json.dump(result, sys.stdout)


if __name__ == "__main__":
    main()
